// SPDX-License-Identifier: Apache-2.0
#pragma once
/// FilePieces reads stored tensors out of their files: see <tenon/io/file_pieces.hpp>.
#include <tenon/io/file_pieces.hpp>
