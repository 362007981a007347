import { createThrong } from "@throng/sdk";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { loadAhead } from "./app/ahead";
import "./app/app.css";
import { noteReach } from "./app/reachability";
import { createAppRouter } from "./app/router";
import { createQueryClient } from "./app/services";
import { putByXhr } from "./media/put";

const throng = createThrong({ baseUrl: location.origin, interceptors: [noteReach] });

// A deployment replaces the files of its pages; a page from before reloads once
// to find the new ones.
addEventListener("vite:preloadError", (event) => {
  const key = "throng.reloaded";
  if (navigator.onLine && Date.now() - Number(sessionStorage.getItem(key)) > 60_000) {
    event.preventDefault();
    sessionStorage.setItem(key, String(Date.now()));
    location.reload();
  }
});

const router = createAppRouter(throng.session);
loadAhead(router);

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App queryClient={createQueryClient()} router={router} services={{ throng, put: putByXhr }} />
    </StrictMode>,
  );
}
