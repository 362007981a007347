import { useLocation, useNavigate } from "@tanstack/react-router";
import { useSession } from "../app/services";

/** Lets members do something, and shows visitors to the door, from where they come back. */
export function useDoor(): (act: () => void) => void {
  const session = useSession();
  const navigate = useNavigate();
  const next = useLocation({ select: (location) => location.href });
  return (act) => {
    if (session) {
      act();
    } else {
      void navigate({ to: "/signin", search: { next } });
    }
  };
}
