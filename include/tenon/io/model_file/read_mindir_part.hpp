// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a MindIR file says of the rank that it is for, if it is for one (mindir_part.hpp):
///   read_mindir_part(read_mindir("net_rank_3.mindir"))->rank == 3
#include <tenon/io/model_file/mindir_part.hpp>
#include <tenon/io/model_file/model_builder.hpp>

namespace tenon {

/// Movable; the model's file must outlive it.
struct StoredPart {
  Index rank = 0, ranks = 0;
  std::string id;                     // the same in all files of one export
  std::vector<MindirLayout> layouts;  // of the slices, in their order
  std::vector<StoredTensor> slices;
  ModelFile owner;  // of what the file has not the bytes of
};

namespace detail {

/// LayoutProto { name = 1, device_arrangement_int = 2, tensor_map_int = 3, slice_shape_int = 4 }
inline MindirLayout read_mindir_layout(const Message& field) {
  MindirLayout layout;
  for (Message part = field.message(); part.next();) switch (part.number()) {
      case 1: layout.name = part.name(); break;
      case 2: part.append_to(layout.device_arrangement); break;
      case 3:
        part.for_each_integer([&](Index axis) {
          if (layout.tensor_map.size() == 64) part.fail("a layout of more than 64 axes");
          layout.tensor_map.push_back(axis);
        });
        break;
      case 4: part.append_to(layout.slice_shape); break;
    }
  return layout;
}

/// UserInfoEntry { key = 1, value = 2 }
inline void read_user_info(const Message& field, StoredPart& into) {
  std::string key, value;
  for (Message part = field.message(); part.next();) {
    if (part.number() == 1) key = part.name();
    if (part.number() == 2) value = part.name();
  }
  const auto number = [&] {
    if (value.empty() || value.size() > 9 || value.find_first_not_of("0123456789") != value.npos)
      field.fail(std::string(key).append(" is no number"));
    return Index(std::stoll(value));
  };
  if (key == "tenon.rank") into.rank = number();
  if (key == "tenon.ranks") into.ranks = number();
  if (key == "tenon.export") into.id = value;
}

}  // namespace detail

/// None of a file that is for no rank, or that MindSpore exported for one.
/// @throws Error that names the file and the byte.
inline std::optional<StoredPart> read_mindir_part(const ModelFile& model) {
  using namespace detail;
  if (model.format != ModelFormat::mindir || model.files.empty()) return {};
  StoredPart read;
  ModelBuilder build(model.path, ModelFormat::mindir);
  const std::string blame = std::string("cannot read ").append(model.path).append(": ");
  for (Message file(model.files[0].bytes(), blame); file.next();) {
    if (file.number() == 14) read_user_info(file, read);
    if (file.number() == 11)
      for (Message layout = file.message(); layout.next();)
        if (layout.number() == 1) read.layouts.push_back(read_mindir_layout(layout));
    if (file.number() != 7) continue;
    for (Message field = file.message(); field.next();) {
      if (field.number() != 8) continue;  // attribute { name = 1, t = 6 }
      bool is_slice = false;
      for (Message part = field.message(); part.next();) {
        is_slice = is_slice || (part.number() == 1 && part.name() == "tenon.slice");
        if (part.number() != 6 || !is_slice) continue;
        if (read.slices.size() == max_stored_tensors)
          part.fail("more than 262144 slices, which is not supported");
        TensorMessage slice = build.tensor(part);
        if (!slice.has_values) part.fail("a slice without values: the file is damaged");
        slice.tensor.name = slice.key;
        read.slices.push_back(std::move(slice.tensor));
      }
    }
  }
  if (read.ranks == 0) return {};
  if (read.layouts.size() != read.slices.size() || read.rank >= read.ranks || read.id.empty())
    throw Error(std::string(blame)
                    .append("it has ")
                    .append(text(Index(read.slices.size())))
                    .append(" slices and ")
                    .append(text(Index(read.layouts.size())))
                    .append(" layouts, of rank ")
                    .append(text(read.rank))
                    .append(" of ")
                    .append(text(read.ranks))
                    .append(": it is cut short or damaged"));
  read.owner = std::move(build.model);
  return read;
}

}  // namespace tenon
