// SPDX-License-Identifier: Apache-2.0
#include "../plan/random_network.cpp"
