import { gzipSync } from "node:zlib";
import type { Plugin, Rolldown } from "vite";

/**
 * Prints what a first visit loads, compressed, and fails the build when it
 * outgrows its budget: growth should be somebody's decision.
 */
export function firstLoad(budgetKb: number): Plugin {
  return {
    name: "first-load",
    apply: "build",
    writeBundle(_options, bundle) {
      const files = loadedAtOnce(bundle);
      const sizes = [...files].map((name) => gzipKb(bundle[name]));
      const total = sizes.reduce((sum, size) => sum + size, 0);
      this.info(`first load: ${total.toFixed(1)} kB gzip in ${files.size} files (budget ${budgetKb} kB)`);
      if (total > budgetKb) {
        this.error("the first load outgrew its budget");
      }
    },
  };
}

/** The entry, what it imports before anything runs, and their style sheets. */
function loadedAtOnce(bundle: Rolldown.OutputBundle): Set<string> {
  const files = new Set<string>();
  const visit = (name: string) => {
    const chunk = bundle[name];
    if (files.has(name) || chunk?.type !== "chunk") {
      return;
    }
    files.add(name);
    chunk.viteMetadata?.importedCss.forEach((css) => void files.add(css));
    chunk.imports.forEach(visit);
  };
  for (const chunk of Object.values(bundle)) {
    if (chunk.type === "chunk" && chunk.isEntry) {
      visit(chunk.fileName);
    }
  }
  return files;
}

function gzipKb(file: Rolldown.OutputBundle[string] | undefined): number {
  const content = file?.type === "chunk" ? file.code : (file?.source ?? "");
  return gzipSync(content).length / 1000;
}
