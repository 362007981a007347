import { useMutation } from "@connectrpc/connect-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { LoginRequestSchema, UserService } from "@throng/gen/throng/user/v1/user_pb";
import { useState } from "react";
import { useForm } from "../app/useForm";
import { useTitle } from "../app/useTitle";
import { Button } from "../ui/Button";
import { PasswordField, TextField } from "../ui/Field";
import { FormProblem } from "../ui/FormProblem";
import { Entrance } from "./Entrance";
import { useGoOn } from "./useGoOn";

const route = getRouteApi("/signin");

export function SignInPage() {
  const { next } = route.useSearch();
  const goOn = useGoOn(next);
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const { mutateAsync } = useMutation(UserService.method.login);
  const { form, errors, problem, busy } = useForm(LoginRequestSchema, async (message) => {
    await mutateAsync(message);
    goOn();
  });
  useTitle("Sign in");
  return (
    <Entrance
      other={
        <>
          New here?{" "}
          <Link className="font-semibold text-brand underline" search={next ? { next } : {}} to="/signup">
            Create an account
          </Link>
        </>
      }
      title="Sign in"
    >
      <form {...form(() => ({ login: login.trim(), password }))} className="flex flex-col gap-4">
        <TextField
          autoCapitalize="none"
          autoComplete="username"
          error={errors.login}
          label="Handle or e-mail"
          name="login"
          onChange={(event) => setLogin(event.target.value)}
          spellCheck={false}
          value={login}
        />
        <PasswordField
          autoComplete="current-password"
          error={errors.password}
          label="Password"
          name="password"
          onChange={(event) => setPassword(event.target.value)}
          value={password}
        />
        <FormProblem text={problem} />
        <Button busy={busy} type="submit">
          Sign in
        </Button>
      </form>
    </Entrance>
  );
}
