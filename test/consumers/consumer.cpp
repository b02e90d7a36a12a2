// SPDX-License-Identifier: Apache-2.0
// A program of one rank in another project: it needs the headers of Tenon alone.
#include <iostream>
#include <tenon/layout/exchange.hpp>

int main() {
  const tenon::Distribution rows = tenon::whole({32, 512}).cut(0, {{8, 1}});
  std::cout << "rank 3 of 8 holds " << tenon::text(tenon::sizes(rows.box(3))) << '\n';
}
