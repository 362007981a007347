import { useQueryClient } from "@tanstack/react-query";
import { Link, type LinkProps, useRouterState } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { refreshHome } from "../post/cache";
import { Button, buttonClass } from "../ui/Button";
import { Icon, type IconName } from "../ui/Icon";
import { Mark } from "../ui/Mark";
import { toTop } from "../ui/scroll";
import { Avatar } from "../user/Avatar";
import { nameOf } from "../user/name";
import { useMe } from "../user/useMe";
import { useSession } from "./services";

interface Place extends Pick<LinkProps, "to" | "params"> {
  label: string;
  icon: IconName;
  /** On small screens it is in the head, or nowhere. */
  aside?: boolean;
}

const campaigns: Place = { label: "Campaigns", icon: "flag", to: "/campaigns" };
const products: Place = { label: "Products", icon: "bag", to: "/products" };
const courses: Place = { label: "Courses", icon: "book", to: "/courses", aside: true };
const weather: Place = { label: "Weather", icon: "weather", to: "/weather", aside: true };
const people: Place = { label: "People", icon: "people", to: "/people", aside: true };

/** Where one can go from everywhere. */
function usePlaces(): Place[] {
  const me = useMe();
  const session = useSession();
  if (!session) {
    return [campaigns, products, courses, weather, people];
  }
  return [
    { label: "Home", icon: "home", to: "/" },
    campaigns,
    products,
    courses,
    weather,
    people,
    {
      label: "Profile",
      icon: "person",
      ...(me ? { to: "/@{$handle}", params: { handle: me.handle } } : { to: "/settings" }),
    },
    { label: "Settings", icon: "settings", to: "/settings", aside: true },
  ];
}

/** The logo, which leads home. */
function Brand({ children }: { children?: ReactNode }) {
  return (
    <Link aria-label="Throng, home" className="inline-flex items-center gap-2.5 text-brand" to="/">
      <Mark size={34} />
      {children}
    </Link>
  );
}

const wordmark = <span className="text-xl font-extrabold tracking-tight text-ink">throng</span>;

/** The head of small screens. */
export function TopBar() {
  const session = useSession();
  return (
    <header className="sticky top-0 z-20 flex items-center justify-between gap-3 bg-ground/90 px-4 py-2.5 backdrop-blur-md lg:hidden">
      <Brand>{session ? <span className="hidden min-[24rem]:inline">{wordmark}</span> : wordmark}</Brand>
      {session ? (
        <div className="flex sm:gap-1">
          <HeadLink label="Courses" icon="book" to="/courses" />
          <HeadLink label="Weather" icon="weather" to="/weather" />
          <HeadLink label="People" icon="people" to="/people" />
          <HeadLink label="Settings" icon="settings" to="/settings" />
        </div>
      ) : (
        <Doors />
      )}
    </header>
  );
}

function HeadLink({ label, icon, to }: Place) {
  return (
    <Link
      activeOptions={{ exact: true, includeSearch: false }}
      aria-label={label}
      className="grid size-10 place-items-center rounded-full text-soft hover:text-ink aria-[current=page]:text-brand"
      to={to}
    >
      <Icon name={icon} />
    </Link>
  );
}

function Doors() {
  return (
    <nav aria-label="Account" className="flex gap-2">
      <Link className={buttonClass("quiet", "small")} to="/signin">
        Sign in
      </Link>
      <Link className={buttonClass("primary", "small")} to="/signup">
        Sign up
      </Link>
    </nav>
  );
}

/** The navigation of wide screens. */
export function SideBar({ onCompose }: { onCompose(): void }) {
  const session = useSession();
  const places = usePlaces();
  const me = useMe();
  return (
    <header className="sticky top-0 hidden h-dvh w-56 shrink-0 flex-col gap-1.5 py-6 lg:flex">
      <div className="mb-4 px-3.5">
        <Brand>{wordmark}</Brand>
      </div>
      <nav aria-label="Main" className="flex flex-col gap-1">
        {places.map((place) => (
          <PlaceLink
            className="flex items-center gap-3.5 rounded-full px-4 py-3 font-semibold transition-colors hover:bg-panel aria-[current=page]:bg-glow aria-[current=page]:text-on-glow"
            key={place.label}
            place={place}
          />
        ))}
      </nav>
      {session ? (
        <>
          <Button className="mt-3" onClick={onCompose}>
            <Icon name="pen" size={20} />
            New post
          </Button>
          {me && (
            <Link
              className="mt-auto flex items-center gap-3 rounded-full p-2 hover:bg-panel"
              params={{ handle: me.handle }}
              to="/@{$handle}"
            >
              <Avatar size="small" user={me} />
              <span className="min-w-0 leading-tight">
                <bdi className="block truncate text-sm font-bold">{nameOf(me)}</bdi>
                <span className="block truncate text-sm text-soft">@{me.handle}</span>
              </span>
            </Link>
          )}
        </>
      ) : (
        <div className="mt-3 flex flex-col gap-2">
          <Link className={buttonClass()} to="/signup">
            Create an account
          </Link>
          <Link className={buttonClass("outline")} to="/signin">
            Sign in
          </Link>
        </div>
      )}
    </header>
  );
}

/** The navigation of small screens, in reach of the thumb. */
export function BottomBar({ onCompose }: { onCompose(): void }) {
  const places = usePlaces();
  const session = useSession();
  if (!session) {
    return null;
  }
  const inReach = places.filter(({ aside }) => !aside);
  const link = (place: Place) => (
    <PlaceLink
      className="flex min-h-14 flex-1 flex-col items-center justify-center gap-0.5 text-xs font-semibold text-soft aria-[current=page]:text-brand"
      key={place.label}
      place={place}
    />
  );
  return (
    <nav
      aria-label="Main"
      className="fixed inset-x-0 bottom-0 z-20 flex items-center border-t border-line bg-panel/95 px-2 pb-[env(safe-area-inset-bottom)] backdrop-blur-md lg:hidden"
    >
      {inReach.slice(0, 2).map(link)}
      <div className="flex flex-1 justify-center">
        <button
          aria-label="New post"
          className="grid size-12 place-items-center rounded-[34%] bg-brand text-on-brand"
          onClick={onCompose}
          type="button"
        >
          <Icon name="pen" size={26} />
        </button>
      </div>
      {inReach.slice(2).map(link)}
    </nav>
  );
}

function PlaceLink({ place, className }: { place: Place; className: string }) {
  const { label, icon, aside: _, ...to } = place;
  const client = useQueryClient();
  const home = useRouterState({ select: (state) => state.location.pathname === "/" });
  return (
    <Link
      {...to}
      activeOptions={{ exact: true, includeSearch: false }}
      className={className}
      onClick={() => {
        // Home from home means: take me to the top, and look for news.
        if (home && place.to === "/") {
          toTop();
          void refreshHome(client);
        }
      }}
    >
      <Icon name={icon} />
      {label}
    </Link>
  );
}
