import { useCanGoBack, useRouter } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { IconButton } from "./Button";
import { Icon } from "./Icon";

/** The head of a page that one came to from another. */
export function PageHead(props: { title: string; children?: ReactNode }) {
  const back = useBack();
  return (
    <div className="mb-2.5 flex min-h-12 items-center gap-2">
      <IconButton className="-ml-2" label="Back" look="onGround" onClick={back}>
        <Icon name="back" />
      </IconButton>
      <h1 className="min-w-0 text-lg wrap-anywhere">{props.title}</h1>
      {props.children}
    </div>
  );
}

/** Goes back within the app, or home where this page was the first. */
export function useBack(): () => void {
  const router = useRouter();
  const within = useCanGoBack();
  return () => (within ? router.history.back() : void router.navigate({ to: "/" }));
}
