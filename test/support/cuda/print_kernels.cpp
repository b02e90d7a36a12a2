// SPDX-License-Identifier: Apache-2.0
// Prints the kernels' text: for nvcc, or (with a word) for the host, with a list of its kernels.
#include <cstdio>

#include <tenon/backend/cuda/kernel_text.hpp>

using tenon::detail::KernelPart;

int main(int count, char**) {
  const std::string text = tenon::detail::kernel_text(), head = "extern \"C\" __global__ void ";
  if (count == 1) return std::fputs(text.c_str(), stdout) < 0;
  std::printf("#include \"prelude.hpp\"\n%s\nnamespace pretended {\n", text.c_str());
  std::printf("const std::vector<std::string>& kernel_texts() {\n");
  std::printf("  static const std::vector<std::string> all{");
  for (KernelPart part : {KernelPart::words, KernelPart::of_float, KernelPart::of_double}) {
    const std::string one = tenon::detail::kernel_text(part);
    for (std::size_t at = 0; at < one.size(); at += 4000)  // no literal may be too long
      std::printf("\n  R\"text(%s)text\"", one.substr(at, 4000).c_str());
    std::printf(",");
  }
  std::printf("};\n  return all;\n}\nconst std::vector<Kernel>& kernels() {\n");
  std::printf("  static const std::vector<Kernel> all{\n");
  for (std::size_t at = 0; (at = text.find(head, at)) != std::string::npos;) {
    at += head.size();
    const std::string name = text.substr(at, text.find('(', at) - at);
    const std::string body = text.substr(at, text.find(head, at) - at);
    const bool cooperates = body.find("_by_all(") != std::string::npos;
    std::printf("    listed<&::%s>(\"%s\", %s, &::%s),\n", name.c_str(), name.c_str(),
                cooperates ? "true" : "false", name.c_str());
  }
  std::puts("  };\n  return all;\n}\n}  // namespace pretended");
}
