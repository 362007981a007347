import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { useReached } from "./reachability";

const retryMs = 8_000;

/** Says that the server cannot be reached, and tries again until it can. */
export function Reach() {
  const reached = useReached();
  const client = useQueryClient();
  const [trying, setTrying] = useState(false);

  const retry = useCallback(async () => {
    setTrying(true);
    const shown = client.getQueryCache().findAll({ type: "active" });
    const failed = shown.filter(({ state }) => state.error !== null);
    // Where nothing is missing from the page, one call tells whether it could be.
    await Promise.allSettled((failed.length > 0 ? failed : shown.slice(0, 1)).map((query) => query.fetch()));
    setTrying(false);
  }, [client]);

  useEffect(() => {
    if (reached) {
      return;
    }
    const timer = setInterval(() => void retry(), retryMs * (0.75 + Math.random() / 2));
    window.addEventListener("online", retry);
    return () => {
      clearInterval(timer);
      window.removeEventListener("online", retry);
    };
  }, [reached, retry]);

  return (
    <div role="status">
      {!reached && (
        <div className="mb-2.5 flex items-center gap-3 rounded-panel bg-ink px-5 py-3 text-ground">
          <Icon name="warning" />
          <p className="flex-1 text-sm font-medium">
            {navigator.onLine ? "Throng cannot be reached just now." : "You are offline."} What you see may be
            old.
          </p>
          <Button busy={trying} look="inverse" onClick={() => void retry()} size="small">
            Retry
          </Button>
        </div>
      )}
    </div>
  );
}
