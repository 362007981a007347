import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { ChangePasswordRequestSchema, UserService } from "@throng/gen/throng/user/v1/user_pb";
import { useState } from "react";
import { useForm } from "../app/useForm";
import { Button } from "../ui/Button";
import { PasswordField } from "../ui/Field";
import { FormProblem } from "../ui/FormProblem";
import { toast } from "../ui/toasts";

/** Sets a new password, which signs out everywhere else. */
export function ChangePassword() {
  const [currentPassword, setCurrent] = useState("");
  const [newPassword, setNew] = useState("");
  const client = useQueryClient();
  const { mutateAsync } = useMutation(UserService.method.changePassword);
  const { form, errors, problem, busy } = useForm(
    ChangePasswordRequestSchema,
    async (message) => {
      await mutateAsync(message);
      setCurrent("");
      setNew("");
      toast("The password is changed. All other devices are signed out.");
      void client.invalidateQueries();
    },
    { wrong_password: "current_password" },
  );
  return (
    <form {...form(() => ({ currentPassword, newPassword }))} className="flex flex-col gap-4">
      <PasswordField
        autoComplete="current-password"
        error={errors.current_password}
        label="Present password"
        onChange={(event) => setCurrent(event.target.value)}
        value={currentPassword}
      />
      <PasswordField
        autoComplete="new-password"
        error={errors.new_password}
        hint="At least 8 characters. All other devices are signed out."
        label="New password"
        onChange={(event) => setNew(event.target.value)}
        value={newPassword}
      />
      <FormProblem text={problem} />
      <div>
        <Button busy={busy} type="submit">
          Change password
        </Button>
      </div>
    </form>
  );
}
