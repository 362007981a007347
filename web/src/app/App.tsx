import type { QueryClient } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { toast } from "../ui/toasts";
import type { AppRouter } from "./router";
import { type Services, ServicesProvider, useSession } from "./services";

interface AppProps {
  services: Services;
  queryClient: QueryClient;
  router: AppRouter;
}

export function App({ services, queryClient, router }: AppProps) {
  return (
    <ServicesProvider queryClient={queryClient} services={services}>
      <SessionChange queryClient={queryClient} router={router} />
      <RouterProvider router={router} />
    </ServicesProvider>
  );
}

/** When somebody signs in or out, nothing that was fetched before may be shown. */
function SessionChange({ queryClient, router }: Omit<AppProps, "services">) {
  const userId = useSession()?.userId;
  const before = useRef(userId);
  useEffect(() => {
    if (before.current === userId) {
      return;
    }
    before.current = userId;
    if (!userId) {
      toast("You are signed out.");
    }
    queryClient.removeQueries({ type: "inactive" });
    void queryClient.resetQueries({ type: "active" });
    void router.invalidate();
  }, [userId, queryClient, router]);
  return null;
}
