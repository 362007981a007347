import { lazy, Suspense } from "react";
import { PostShapes } from "../ui/Notice";
import { useSession } from "./services";

const HomePage = lazy(() => import("../timeline/HomePage").then((m) => ({ default: m.HomePage })));
const Welcome = lazy(() => import("./Welcome").then((m) => ({ default: m.Welcome })));

/** The first address: home for members, the welcome for visitors. */
export function Start() {
  const session = useSession();
  return (
    <Suspense fallback={session && <PostShapes />}>
      {session ? <HomePage key={session.userId} /> : <Welcome />}
    </Suspense>
  );
}
