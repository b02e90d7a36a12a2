// expect: tenon: a tensor's elements are arithmetic types
// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <tenon/core/element.hpp>

#ifdef TENON_LEGAL_TWIN
constexpr auto element = tenon::element_of<float>;
#else
constexpr auto element = tenon::element_of<std::string>;
#endif
