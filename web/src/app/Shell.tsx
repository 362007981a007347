import { Outlet, useRouter, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from "react";
import { Toasts } from "../ui/toasts";
import { Aside } from "./Aside";
import { BottomBar, SideBar, TopBar } from "./Bars";
import { Reach } from "./Reach";
import { useSession } from "./services";
import { useShortcuts } from "./shortcuts";

const ComposeDialog = lazy(() => import("../post/ComposeDialog").then((m) => ({ default: m.ComposeDialog })));
const ShortcutsDialog = lazy(() => import("./ShortcutsDialog").then((m) => ({ default: m.ShortcutsDialog })));

/** The frame of every page: navigation around it, dialogs and messages above it. */
export function Shell() {
  const session = useSession();
  const router = useRouter();
  const [dialog, setDialog] = useState<"compose" | "shortcuts">();
  const close = useCallback(() => setDialog(undefined), []);
  const help = useCallback(() => setDialog("shortcuts"), []);
  const compose = useCallback(() => {
    if (session) {
      setDialog("compose");
    } else {
      void router.navigate({ to: "/signin" });
    }
  }, [session, router]);
  useShortcuts({ router, compose, help });
  const main = useFocusOnArrival();

  return (
    <>
      {/* biome-ignore lint/a11y/useValidAnchor: the address is to stay as it is */}
      <a
        className="fixed top-2 left-2 z-50 -translate-y-20 rounded-full bg-brand px-5 py-2.5 font-semibold text-on-brand focus:translate-y-0"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to content
      </a>
      <TopBar />
      <div className="mx-auto flex max-w-[76rem] justify-center gap-6 px-3 sm:px-5 lg:justify-start">
        <SideBar onCompose={compose} />
        <main
          className="w-full max-w-[40rem] min-w-0 pt-3 pb-28 lg:pt-6 lg:pb-12"
          id="main"
          ref={main}
          tabIndex={-1}
        >
          <Reach />
          <Outlet />
        </main>
        <Aside onHelp={help} />
      </div>
      <BottomBar onCompose={compose} />
      <Toasts />
      <Suspense>
        {dialog === "compose" && <ComposeDialog onClose={close} />}
        {dialog === "shortcuts" && <ShortcutsDialog onClose={close} />}
      </Suspense>
    </>
  );
}

/** After going to another page the focus is at its beginning, as after a load. */
function useFocusOnArrival() {
  const main = useRef<HTMLElement>(null);
  const path = useRouterState({ select: (state) => state.resolvedLocation?.pathname });
  const before = useRef(path);
  useEffect(() => {
    if (
      before.current !== undefined &&
      before.current !== path &&
      !main.current?.contains(document.activeElement)
    ) {
      main.current?.focus({ preventScroll: true });
    }
    before.current = path;
  }, [path]);
  return main;
}
