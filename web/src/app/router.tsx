import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type ParsedLocation,
  type RouterHistory,
  redirect,
} from "@tanstack/react-router";
import type { Session } from "@throng/sdk";
import type { BoardSearch } from "../campaign/BoardPage";
import type { Which } from "../campaign/CampaignsPage";
import { type ReviewSearch, starsFrom } from "../review/search";
import { weatherFrom } from "../weather/search";
import { Broken } from "./Broken";
import { NotFound } from "./NotFound";
import { Shell } from "./Shell";
import { Start } from "./Start";

interface RouterContext {
  session: Session;
}

const root = createRootRouteWithContext<RouterContext>()({ component: Shell });
const getParentRoute = () => root;

/** Sends visitors to the door, and notes where they were headed. */
function members({ context, location }: { context: RouterContext; location: ParsedLocation }) {
  if (!context.session.current) {
    throw redirect({ to: "/signin", search: { next: location.href } });
  }
}

/** Sends those who are in already on. */
function visitors({ context }: { context: RouterContext }) {
  if (context.session.current) {
    throw redirect({ to: "/" });
  }
}

const nextOf = (search: Record<string, unknown>): { next?: string } =>
  typeof search.next === "string" ? { next: search.next } : {};
const wordsOf = (search: Record<string, unknown>): { q?: string } =>
  search.q === undefined || search.q === "" ? {} : { q: String(search.q) };

const showOf = (search: Record<string, unknown>): { show?: Which } =>
  search.show === "upcoming" || search.show === "ended" || search.show === "mine"
    ? { show: search.show }
    : {};
const boardOf = ({ scope, around, at }: Record<string, unknown>): BoardSearch => ({
  ...((scope === "members" || scope === "friends") && { scope }),
  ...(around === true && { around }),
  ...(typeof at === "string" && !Number.isNaN(Date.parse(at)) && { at }),
});
const reviewsOf = ({ sort, stars, q }: Record<string, unknown>): ReviewSearch => ({
  ...((sort === "newest" || sort === "helpful") && { sort }),
  ...starsFrom(stars),
  ...wordsOf({ q }),
});

// Each page is a file of its own, fetched when it is first headed for; those of a school's staff are one.
const routes = [
  createRoute({ getParentRoute, path: "/", component: Start }),
  createRoute({
    getParentRoute,
    path: "/signin",
    validateSearch: nextOf,
    beforeLoad: visitors,
    component: lazyRouteComponent(() => import("../user/SignInPage"), "SignInPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/signup",
    validateSearch: nextOf,
    beforeLoad: visitors,
    component: lazyRouteComponent(() => import("../user/SignUpPage"), "SignUpPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/people",
    validateSearch: wordsOf,
    component: lazyRouteComponent(() => import("../user/PeoplePage"), "PeoplePage"),
  }),
  createRoute({
    getParentRoute,
    path: "/posts/$postId",
    component: lazyRouteComponent(() => import("../post/PostPage"), "PostPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/@{$handle}",
    component: lazyRouteComponent(() => import("../user/ProfilePage"), "ProfilePage"),
  }),
  createRoute({
    getParentRoute,
    path: "/@{$handle}/followers",
    component: lazyRouteComponent(() => import("../graph/FollowsPage"), "FollowersPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/@{$handle}/following",
    component: lazyRouteComponent(() => import("../graph/FollowsPage"), "FollowingPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/campaigns",
    validateSearch: showOf,
    component: lazyRouteComponent(() => import("../campaign/CampaignsPage"), "CampaignsPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/campaigns/new",
    beforeLoad: members,
    component: lazyRouteComponent(() => import("../campaign/NewCampaignPage"), "NewCampaignPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/campaigns/$campaignId",
    component: lazyRouteComponent(() => import("../campaign/CampaignPage"), "CampaignPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/campaigns/$campaignId/board",
    validateSearch: boardOf,
    component: lazyRouteComponent(() => import("../campaign/BoardPage"), "BoardPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/campaigns/$campaignId/teams",
    validateSearch: wordsOf,
    component: lazyRouteComponent(() => import("../campaign/TeamsPage"), "TeamsPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/campaigns/$campaignId/teams/$teamId",
    component: lazyRouteComponent(() => import("../campaign/TeamPage"), "TeamPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/campaigns/$campaignId/manage",
    beforeLoad: members,
    component: lazyRouteComponent(() => import("../campaign/ManagePage"), "ManagePage"),
  }),
  createRoute({
    getParentRoute,
    path: "/products",
    validateSearch: wordsOf,
    component: lazyRouteComponent(() => import("../review/ProductsPage"), "ProductsPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/products/new",
    beforeLoad: members,
    component: lazyRouteComponent(() => import("../review/NewProductPage"), "NewProductPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/products/$productId",
    validateSearch: reviewsOf,
    component: lazyRouteComponent(() => import("../review/ProductPage"), "ProductPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/courses",
    validateSearch: wordsOf,
    component: lazyRouteComponent(() => import("../course/CoursesPage"), "CoursesPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/courses/new",
    beforeLoad: members,
    component: lazyRouteComponent(() => import("../course/staff"), "NewCoursePage"),
  }),
  createRoute({
    getParentRoute,
    path: "/courses/$courseId",
    component: lazyRouteComponent(() => import("../course/CoursePage"), "CoursePage"),
  }),
  createRoute({
    getParentRoute,
    path: "/courses/$courseId/edit",
    beforeLoad: members,
    component: lazyRouteComponent(() => import("../course/staff"), "EditCoursePage"),
  }),
  createRoute({
    getParentRoute,
    path: "/instructors",
    validateSearch: wordsOf,
    component: lazyRouteComponent(() => import("../course/InstructorsPage"), "InstructorsPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/instructors/new",
    beforeLoad: members,
    component: lazyRouteComponent(() => import("../course/staff"), "NewInstructorPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/instructors/$instructorId",
    component: lazyRouteComponent(() => import("../course/InstructorPage"), "InstructorPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/instructors/$instructorId/edit",
    beforeLoad: members,
    component: lazyRouteComponent(() => import("../course/staff"), "EditInstructorPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/weather",
    validateSearch: weatherFrom,
    component: lazyRouteComponent(() => import("../weather/WeatherPage"), "WeatherPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/moderation",
    beforeLoad: members,
    component: lazyRouteComponent(() => import("../review/ModerationPage"), "ModerationPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/moderation/$reviewId",
    beforeLoad: members,
    component: lazyRouteComponent(() => import("../review/RecordPage"), "RecordPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/settings",
    beforeLoad: members,
    component: lazyRouteComponent(() => import("../settings/SettingsPage"), "SettingsPage"),
  }),
] as const;

/** The pages of the app; tests give a history in memory. */
export function createAppRouter(session: Session, history?: RouterHistory) {
  return createRouter({
    routeTree: root.addChildren([...routes]),
    context: { session },
    ...(history && { history }),
    defaultPreload: "intent",
    defaultErrorComponent: Broken,
    defaultNotFoundComponent: NotFound,
    scrollRestoration: true,
  });
}

export type AppRouter = ReturnType<typeof createAppRouter>;

declare module "@tanstack/react-router" {
  interface Register {
    router: AppRouter;
  }
}
