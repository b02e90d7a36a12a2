// SPDX-License-Identifier: Apache-2.0
// The main program of the tests of one rank.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
