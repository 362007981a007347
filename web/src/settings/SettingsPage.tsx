import { useQuery } from "@connectrpc/connect-query";
import { UserService } from "@throng/gen/throng/user/v1/user_pb";
import type { ReactNode } from "react";
import { sayFault } from "../app/faults";
import { useServices } from "../app/services";
import { useTitle } from "../app/useTitle";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { toast } from "../ui/toasts";
import { Appearance } from "./Appearance";
import { ChangePassword } from "./ChangePassword";
import { DeleteAccount } from "./DeleteAccount";
import { Sessions } from "./Sessions";

export function SettingsPage() {
  useTitle("Settings");
  return (
    <>
      <h1 className="mb-3 text-xl">Settings</h1>
      <div className="flex flex-col gap-2.5">
        <Account />
        <Section title="Look and keys">
          <Appearance />
        </Section>
        <Section title="Where you are signed in">
          <Sessions />
        </Section>
        <Section title="Password">
          <ChangePassword />
        </Section>
        <Section title="Delete account">
          <DeleteAccount />
        </Section>
      </div>
    </>
  );
}

function Section(props: { title: string; children: ReactNode }) {
  return (
    <section aria-label={props.title} className="panel p-5">
      <h2 className="mb-3 text-lg">{props.title}</h2>
      {props.children}
    </section>
  );
}

function Account() {
  const { throng } = useServices();
  const { data } = useQuery(UserService.method.getMe, {});
  const logout = () =>
    throng.logout().catch((err) => toast(`Signed out here only. ${sayFault(err)}`, "failed"));
  return (
    <section aria-label="Account" className="panel flex flex-wrap items-center justify-between gap-3 p-5">
      <div className="min-w-0">
        <h2 className="truncate text-lg">@{data?.user?.handle ?? "…"}</h2>
        <p className="truncate text-soft">{data?.email}</p>
      </div>
      <Button look="outline" onClick={() => void logout()}>
        <Icon name="leave" size={20} />
        Log out
      </Button>
    </section>
  );
}
