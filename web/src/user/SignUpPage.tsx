import { useMutation } from "@connectrpc/connect-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { RegisterRequestSchema, UserService } from "@throng/gen/throng/user/v1/user_pb";
import { newIdempotencyKey } from "@throng/sdk";
import { useState } from "react";
import { useForm } from "../app/useForm";
import { useTitle } from "../app/useTitle";
import { Button } from "../ui/Button";
import { PasswordField, TextField } from "../ui/Field";
import { FormProblem } from "../ui/FormProblem";
import { Entrance } from "./Entrance";
import { useGoOn } from "./useGoOn";

const route = getRouteApi("/signup");
const empty = { email: "", handle: "", displayName: "", password: "" };

export function SignUpPage() {
  const { next } = route.useSearch();
  const goOn = useGoOn(next);
  const [account, setAccount] = useState(empty);
  // A second try after a broken connection signs in to what the first one made.
  const [idempotencyKey] = useState(newIdempotencyKey);
  const { mutateAsync } = useMutation(UserService.method.register);
  const { form, errors, problem, busy } = useForm(
    RegisterRequestSchema,
    async (message) => {
      await mutateAsync(message);
      goOn();
    },
    { handle_taken: "handle", email_taken: "email" },
  );
  const field = (name: keyof typeof empty) => ({
    name,
    value: account[name],
    onChange: (event: React.ChangeEvent<HTMLInputElement>) =>
      setAccount({ ...account, [name]: event.target.value }),
  });
  useTitle("Create an account");
  return (
    <Entrance
      other={
        <>
          Been here before?{" "}
          <Link className="font-semibold text-brand underline" search={next ? { next } : {}} to="/signin">
            Sign in
          </Link>
        </>
      }
      title="Create an account"
    >
      <form
        {...form(() => ({
          email: account.email.trim(),
          handle: account.handle.trim().replace(/^@/, ""),
          displayName: account.displayName.trim(),
          password: account.password,
          idempotencyKey,
        }))}
        className="flex flex-col gap-4"
      >
        <TextField
          {...field("handle")}
          autoCapitalize="none"
          autoComplete="username"
          error={errors.handle}
          hint="3 to 30 letters, digits or _. This is how others find you."
          label="Handle"
          spellCheck={false}
        />
        <TextField
          {...field("displayName")}
          autoComplete="name"
          error={errors.display_name}
          label="Name (optional)"
        />
        <TextField
          {...field("email")}
          autoCapitalize="none"
          autoComplete="email"
          error={errors.email}
          inputMode="email"
          label="E-mail"
          spellCheck={false}
          type="email"
        />
        <PasswordField
          {...field("password")}
          autoComplete="new-password"
          error={errors.password}
          hint="At least 8 characters."
          label="Password"
        />
        <FormProblem text={problem} />
        <Button busy={busy} type="submit">
          Create account
        </Button>
      </form>
    </Entrance>
  );
}
