import { Link } from "@tanstack/react-router";
import { buttonClass } from "../ui/Button";
import { Notice } from "../ui/Notice";
import { useTitle } from "./useTitle";

export function NotFound() {
  useTitle("Not found");
  return (
    <>
      <h1 className="sr-only">Not found</h1>
      <Notice
        action={
          <Link className={buttonClass()} to="/">
            Go home
          </Link>
        }
        title="There is nothing at this address"
        word="404"
      />
    </>
  );
}
