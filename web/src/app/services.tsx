import { TransportProvider } from "@connectrpc/connect-query";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import type { SignedIn, Throng } from "@throng/sdk";
import { createContext, type ReactNode, use, useSyncExternalStore } from "react";
import type { Put } from "../media/put";

/** What the app needs of the world; tests give their own. */
export interface Services {
  throng: Throng;
  put: Put;
}

const ServicesContext = createContext<Services | null>(null);

export function useServices(): Services {
  const services = use(ServicesContext);
  if (!services) {
    throw new Error("rendered outside of ServicesProvider");
  }
  return services;
}

/** Who is signed in, kept in step over all tabs. */
export function useSession(): SignedIn | null {
  const { session } = useServices().throng;
  return useSyncExternalStore(
    (listener) => session.subscribe(listener),
    () => session.current,
  );
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      // The SDK repeats what may be repeated. Whether the network is there is
      // seen by the calls: browsers guess, and guess wrong on local networks.
      queries: { retry: false, networkMode: "always", staleTime: 30_000, gcTime: 10 * 60_000 },
      mutations: { retry: false, networkMode: "always" },
    },
  });
}

export function ServicesProvider(props: {
  services: Services;
  queryClient: QueryClient;
  children: ReactNode;
}) {
  return (
    <ServicesContext value={props.services}>
      <TransportProvider transport={props.services.throng.transport}>
        <QueryClientProvider client={props.queryClient}>{props.children}</QueryClientProvider>
      </TransportProvider>
    </ServicesContext>
  );
}
