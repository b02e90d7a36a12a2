// SPDX-License-Identifier: Apache-2.0
#pragma once
/// One parameter in the forms in which kernels read it, each made once after it was loaded and
/// shared by all programs of the network (other batches):
///   forms.form("panels of 32 columns", bytes, [&](std::byte* to) { pack(w, to); })
#include <string>
#include <string_view>
#include <vector>

#include <tenon/backend/memory.hpp>

namespace tenon {

class PackedForms {
 public:
  /// The form of that name; `pack` fills it where there is none yet.
  /// @pre one name means one form of so many bytes.
  const std::byte* form(std::string_view name, Index bytes, auto&& pack) {
    for (const Form& form : forms_)
      if (form.name == name) return form.memory.data();
    forms_.push_back({std::string(name), Memory(bytes)});
    pack(forms_.back().memory.data());
    return forms_.back().memory.data();
  }
  /// The parameter has other values now.
  void forget() { forms_.clear(); }
  /// What all forms take.
  Index bytes() const {
    Index n = 0;
    for (const Form& form : forms_) n += Index(form.memory.size());
    return n;
  }

 private:
  struct Form {
    std::string name;
    Memory memory;
  };
  std::vector<Form> forms_;
};

}  // namespace tenon
