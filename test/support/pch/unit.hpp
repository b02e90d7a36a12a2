// SPDX-License-Identifier: Apache-2.0
// What unit tests include besides Tenon, compiled once.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>
