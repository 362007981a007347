import type { AppRouter } from "./router";

const patienceMs = 1_500;

/**
 * Fetches the files of all pages once the first one stands, so that going there
 * waits for nothing and works while the network is away. They are small; people
 * who ask their browser to save data are spared.
 */
export function loadAhead(router: AppRouter): void {
  const { connection } = navigator as { connection?: { saveData?: boolean } };
  if (connection?.saveData) {
    return;
  }
  const load = () => {
    const pages = Object.values(router.routesById).map((route) => router.loadRouteChunk(route));
    const parts = [
      import("../timeline/HomePage"),
      import("../timeline/ExplainDialog"),
      import("../campaign/ScoreDialog"),
      import("../post/ComposeDialog"),
      import("../review/PhotoViewer"),
      import("../review/ReportDialog"),
      import("./ShortcutsDialog"),
    ];
    // What fails now is fetched when it is needed, or told then.
    void Promise.allSettled([...pages, ...parts]);
  };
  addEventListener("load", () => setTimeout(load, patienceMs));
}
