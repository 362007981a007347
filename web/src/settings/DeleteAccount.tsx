import { useMutation } from "@connectrpc/connect-query";
import { DeleteAccountRequestSchema, UserService } from "@throng/gen/throng/user/v1/user_pb";
import { useState } from "react";
import { useForm } from "../app/useForm";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { PasswordField } from "../ui/Field";
import { FormProblem } from "../ui/FormProblem";
import { toast } from "../ui/toasts";

/** Deletes the account with all that is its own, after the password is given. */
export function DeleteAccount() {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <p className="mb-4 text-soft">
        Your profile, posts and follows go with it. The handle stays taken, so that nobody can pass for you.
      </p>
      <Button look="warning" onClick={() => setAsking(true)}>
        Delete account
      </Button>
      {asking && <Ask onClose={() => setAsking(false)} />}
    </>
  );
}

function Ask({ onClose }: { onClose(): void }) {
  const [password, setPassword] = useState("");
  const { mutateAsync } = useMutation(UserService.method.deleteAccount);
  const { form, errors, problem, busy } = useForm(
    DeleteAccountRequestSchema,
    async (message) => {
      await mutateAsync(message);
      toast("Your account is deleted.");
    },
    { wrong_password: "password" },
  );
  return (
    <Dialog onClose={onClose} title="Delete your account?">
      <form {...form(() => ({ password }))} className="flex flex-col gap-4">
        <p className="text-soft">There is no way back from this.</p>
        <PasswordField
          autoComplete="current-password"
          error={errors.password}
          label="Your password"
          onChange={(event) => setPassword(event.target.value)}
          value={password}
        />
        <FormProblem text={problem} />
        <div className="flex flex-wrap justify-end gap-3">
          <Button look="outline" onClick={onClose}>
            Cancel
          </Button>
          <Button busy={busy} look="danger" type="submit">
            Delete for good
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
