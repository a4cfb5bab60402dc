// The same small program in twelve languages: a method in one file, and a function in another one that may use it.

export interface Method {
  name?: string;
  /** with one more parameter */
  longer?: boolean;
  /** with another body */
  otherBody?: boolean;
  /** with another comment, and blank lines */
  otherComment?: boolean;
  /** a second method next to it, which returns this */
  added?: string;
}

export interface User {
  /** it calls the method */
  calls?: boolean;
  /** it does something else in addition */
  more?: boolean;
}

export interface Sample {
  library: { path: string; text: (method: Method) => string };
  user: { path: string; text: (user: User) => string };
  /** key of the method */
  key: (name: string) => string;
  /** key of the function that uses it */
  userKey: string;
}

const part = (yes: boolean | undefined, text: string): string => (yes === true ? text : "");
const comment = (mark: string, { otherComment }: Method): string =>
  otherComment === true ? `${mark} Looks an order up.\n\n${mark} Orders have a number.` : `${mark} Finds it.`;

const script = (typed: boolean) => {
  const type = (name: string): string => part(typed, `: ${name}`);
  return {
    library: (method: Method) => `export class Store {
  ${comment("//", method)}
  ${method.name ?? "fetchOrder"}(id${type("string")}${part(method.longer, `, depth${type("number")}`)}) {
    return ${part(method.otherBody, "null ?? ")}this.rows[id];
  }
${method.added === undefined ? "" : `  dropOrder(id${type("string")}) {\n    return ${method.added};\n  }\n`}}
`,
    user: (user: User) => `export function summary(store${type("Store")}) {
  const lines = [];
${part(user.calls, `  lines.push(store.fetchOrder("1"));\n`)}${part(user.more, `  lines.push("total");\n`)}  return lines;
}
`,
  };
};

const ofScript = (extension: string, typed: boolean): Sample => ({
  library: { path: `src/store.${extension}`, text: script(typed).library },
  user: { path: `src/summary.${extension}`, text: script(typed).user },
  key: (name) => `Store.${name}`,
  userKey: "summary",
});

export const samples: Readonly<Record<string, Sample>> = {
  javascript: ofScript("js", false),
  typescript: ofScript("ts", true),
  tsx: ofScript("tsx", true),
  python: {
    library: {
      path: "shop/store.py",
      text: (method) => `class Store:
    ${comment("#", method).replaceAll("\n", "\n    ")}
    def ${method.name ?? "fetch_order"}(self, id${part(method.longer, ", depth")}):
        """${method.otherComment === true ? "Look an order up." : "Find it."}"""
        return self.rows[id]${part(method.otherBody, " or None")}
${method.added === undefined ? "" : `\n    def drop_order(self, id):\n        return ${method.added}\n`}`,
    },
    user: {
      path: "shop/summary.py",
      text: (user) => `def summary(store):
    lines = []
${part(user.calls, `    lines.append(store.fetch_order("1"))\n`)}${part(user.more, `    lines.append("total")\n`)}    return lines
`,
    },
    key: (name) => `Store.${name}`,
    userKey: "summary",
  },
  go: {
    library: {
      path: "shop/store.go",
      text: (method) => `package shop

${comment("//", method)}
func (s *Store) ${method.name ?? "FetchOrder"}(id string${part(method.longer, ", depth int")}) Order {
	${part(method.otherBody, "s.count++\n\t")}return s.rows[id]
}
${method.added === undefined ? "" : `\nfunc (s *Store) DropOrder(id string) int {\n\treturn ${method.added}\n}\n`}`,
    },
    user: {
      path: "shop/summary.go",
      text: (user) => `package shop

func Summary(store *Store) []Order {
	lines := []Order{}
${part(user.calls, `	lines = append(lines, store.FetchOrder("1"))\n`)}${part(user.more, `	lines = append(lines, Order{})\n`)}	return lines
}
`,
    },
    key: (name) => `Store.${name}`,
    userKey: "Summary",
  },
  rust: {
    library: {
      path: "src/store.rs",
      text: (method) => `impl Store {
    ${comment("///", method)}
    pub fn ${method.name ?? "fetch_order"}(&self, id: u32${part(method.longer, ", depth: u8")}) -> Order {
        ${part(method.otherBody, "self.seen();\n        ")}self.rows[&id]
    }
${method.added === undefined ? "" : `\n    pub fn drop_order(&self, id: u32) -> u32 {\n        ${method.added}\n    }\n`}}
`,
    },
    user: {
      path: "src/summary.rs",
      text: (user) => `pub fn summary(store: &Store) -> Vec<Order> {
    let mut lines = vec![];
${part(user.calls, `    lines.push(store.fetch_order(1));\n`)}${part(user.more, `    lines.push(Order {});\n`)}    lines
}
`,
    },
    key: (name) => `Store.${name}`,
    userKey: "summary",
  },
  java: {
    library: {
      path: "src/shop/Store.java",
      text: (method) => `package shop;

public class Store {
    ${comment("//", method)}
    public Order ${method.name ?? "fetchOrder"}(String id${part(method.longer, ", int depth")}) {
        ${part(method.otherBody, "count++;\n        ")}return rows.get(id);
    }
${method.added === undefined ? "" : `\n    public int dropOrder(String id) {\n        return ${method.added};\n    }\n`}}
`,
    },
    user: {
      path: "src/shop/Summary.java",
      text: (user) => `package shop;

public class Summary {
    public List<Order> summary(Store store) {
        List<Order> lines = new ArrayList<>();
${part(user.calls, `        lines.add(store.fetchOrder("1"));\n`)}${part(user.more, `        lines.add(new Order());\n`)}        return lines;
    }
}
`,
    },
    key: (name) => `Store.${name}`,
    userKey: "Summary.summary",
  },
  c: {
    library: {
      path: "src/store.c",
      text: (method) => `#include "store.h"

/* ${comment("", method)} */
struct order *${method.name ?? "fetch_order"}(struct store *store, int id${part(method.longer, ", int depth")}) {
  ${part(method.otherBody, "store->count++;\n  ")}return store->rows[id];
}
${method.added === undefined ? "" : `\nint drop_order(struct store *store, int id) {\n  return ${method.added};\n}\n`}`,
    },
    user: {
      path: "src/summary.c",
      text: (user) => `#include "store.h"

int summary(struct store *store) {
  int lines = 0;
${part(user.calls, `  lines += fetch_order(store, 1)->total;\n`)}${part(user.more, `  lines += 2;\n`)}  return lines;
}
`,
    },
    key: (name) => name,
    userKey: "summary",
  },
  cpp: {
    library: {
      path: "src/store.cpp",
      text: (method) => `#include "store.hpp"

${comment("//", method)}
Order *Store::${method.name ?? "fetchOrder"}(int id${part(method.longer, ", int depth")}) {
  ${part(method.otherBody, "count++;\n  ")}return rows[id];
}
${method.added === undefined ? "" : `\nint Store::dropOrder(int id) {\n  return ${method.added};\n}\n`}`,
    },
    user: {
      path: "src/summary.cpp",
      text: (user) => `#include "store.hpp"

namespace shop {
std::vector<Order *> summary(Store &store) {
  std::vector<Order *> lines;
${part(user.calls, `  lines.push_back(store.fetchOrder(1));\n`)}${part(user.more, `  lines.push_back(nullptr);\n`)}  return lines;
}
}
`,
    },
    key: (name) => `Store.${name}`,
    userKey: "shop.summary",
  },
  csharp: {
    library: {
      path: "src/Store.cs",
      text: (method) => `namespace Shop
{
    public class Store
    {
        ${comment("///", method)}
        public Order ${method.name ?? "FetchOrder"}(string id${part(method.longer, ", int depth")})
        {
            ${part(method.otherBody, "count++;\n            ")}return rows[id];
        }
${method.added === undefined ? "" : `\n        public int DropOrder(string id)\n        {\n            return ${method.added};\n        }\n`}    }
}
`,
    },
    user: {
      path: "src/Summary.cs",
      text: (user) => `namespace Shop
{
    public class Summary
    {
        public List<Order> Lines(Store store)
        {
            var lines = new List<Order>();
${part(user.calls, `            lines.Add(store.FetchOrder("1"));\n`)}${part(user.more, `            lines.Add(new Order());\n`)}            return lines;
        }
    }
}
`,
    },
    key: (name) => `Shop.Store.${name}`,
    userKey: "Shop.Summary.Lines",
  },
  php: {
    library: {
      path: "src/Store.php",
      text: (method) => `<?php
namespace Shop;

class Store
{
    ${comment("//", method)}
    public function ${method.name ?? "fetchOrder"}($id${part(method.longer, ", $depth")})
    {
        ${part(method.otherBody, "$this->count++;\n        ")}return $this->rows[$id];
    }
${method.added === undefined ? "" : `\n    public function dropOrder($id)\n    {\n        return ${method.added};\n    }\n`}}
`,
    },
    user: {
      path: "src/summary.php",
      text: (user) => `<?php
namespace Shop;

function summary(Store $store)
{
    $lines = [];
${part(user.calls, `    $lines[] = $store->fetchOrder("1");\n`)}${part(user.more, `    $lines[] = "total";\n`)}    return $lines;
}
`,
    },
    key: (name) => `Store.${name}`,
    userKey: "summary",
  },
  ruby: {
    library: {
      path: "lib/store.rb",
      text: (method) => `class Store
  ${comment("#", method)}
  def ${method.name ?? "fetch_order"}(id${part(method.longer, ", depth")})
    ${part(method.otherBody, "@count += 1\n    ")}@rows[id]
  end
${method.added === undefined ? "" : `\n  def drop_order(id)\n    ${method.added}\n  end\n`}end
`,
    },
    user: {
      path: "lib/summary.rb",
      text: (user) => `def summary(store)
  lines = []
${part(user.calls, `  lines << store.fetch_order("1")\n`)}${part(user.more, `  lines << "total"\n`)}  lines
end
`,
    },
    key: (name) => `Store.${name}`,
    userKey: "summary",
  },
};
