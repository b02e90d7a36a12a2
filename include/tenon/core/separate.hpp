// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A program of many source files may compile the run-time half of Tenon once instead of in each:
/// all of it is compiled with -DTENON_SEPARATE_COMPILATION, and one of its files is
///   #include <tenon/source.hpp>
/// What is TENON_DECL is then defined there. Without the flag every file has what it uses.
#ifdef TENON_SEPARATE_COMPILATION
#define TENON_DECL
#else
#define TENON_DECL inline
#endif
