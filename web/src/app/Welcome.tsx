import { Link } from "@tanstack/react-router";
import { buttonClass } from "../ui/Button";
import { DotWord } from "../ui/Mark";
import { useTitle } from "./useTitle";

const points = [
  [
    "Everybody, in order",
    "The people you follow, newest first. Nothing is left out, and nothing is slipped in.",
  ],
  ["At once", "A post reaches everybody who follows you within seconds, also when half the town does."],
  ["Yours", "Delete what you wrote, block whom you like, sign out any device, and leave when you want to."],
] as const;

/** What visitors see first. */
export function Welcome() {
  useTitle(undefined);
  return (
    <>
      <section className="panel overflow-hidden bg-brand text-on-brand">
        <DotWord className="w-full px-5 pt-7 sm:px-9 sm:pt-10" wave word="throng" you="3,1" />
        <div className="px-6 pt-4 pb-8 sm:px-10 sm:pb-11">
          <h1 className="text-hero">A crowd is made of people.</h1>
          <p className="mt-4 max-w-md text-lg opacity-90">
            Follow the ones you care about, say what is going on, and see what they do together.
          </p>
          <p className="mt-7 flex flex-wrap gap-3">
            <Link className={buttonClass("onBrand")} to="/signup">
              Create an account
            </Link>
            <Link className={buttonClass("onBrandOutline")} to="/signin">
              Sign in
            </Link>
          </p>
        </div>
      </section>
      <ul className="mt-2.5 grid gap-2.5 sm:grid-cols-3">
        {points.map(([title, text]) => (
          <li className="panel p-5" key={title}>
            <h2 className="text-base">{title}</h2>
            <p className="mt-1 text-sm text-soft">{text}</p>
          </li>
        ))}
      </ul>
      <p className="py-6 text-center text-soft">
        Just looking?{" "}
        <Link className="font-semibold text-brand underline" to="/campaigns">
          See the campaigns
        </Link>
        ,{" "}
        <Link className="font-semibold text-brand underline" to="/products">
          read reviews
        </Link>
        ,{" "}
        <Link className="font-semibold text-brand underline" to="/courses">
          find a course
        </Link>
        ,{" "}
        <Link className="font-semibold text-brand underline" to="/weather">
          look at the weather
        </Link>{" "}
        or{" "}
        <Link className="font-semibold text-brand underline" to="/people">
          search people
        </Link>
      </p>
    </>
  );
}
