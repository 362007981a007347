import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, type ConnectRouter, type HandlerContext } from "@connectrpc/connect";
import { Role } from "@throng/gen/throng/access/v1/access_pb";
import {
  type LoginRequest,
  type RegisterRequest,
  SessionSchema,
  UserSchema,
  UserService,
} from "@throng/gen/throng/user/v1/user_pb";
import { type Account, type Community, fail, now, pageOf } from "./store";

/** The account and session of a call's access token, if it has one. */
export function callerOf(community: Community, context: HandlerContext) {
  const [, userId = "", sessionId = ""] =
    /^Bearer access\.([^.]+)\.([^.]+)\./.exec(context.requestHeader.get("authorization") ?? "") ?? [];
  const account = community.accounts.get(userId);
  const entry = account?.sessions.find(({ session }) => session.id === sessionId);
  return account && entry ? { account, session: entry.session } : undefined;
}

export function mustSignIn(community: Community, context: HandlerContext) {
  return (
    callerOf(community, context) ??
    fail(Code.Unauthenticated, "token_invalid", "a valid access token is needed")
  );
}

/** Answers who calls, if the role is high enough. */
export function ranked(community: Community, role: Role) {
  return (context: HandlerContext) => {
    const { user } = mustSignIn(community, context).account;
    return user.role >= role ? user : fail(Code.PermissionDenied, "role", "another role is needed");
  };
}

let issued = 0;

/** Begins a session of an account. */
export function signIn(community: Community, account: Account, details?: RegisterRequest["details"]) {
  const session = create(SessionSchema, {
    id: community.nextId(),
    address: "192.0.2.7",
    userAgent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36",
    createdAt: now(),
    lastUsedAt: now(),
    ...(details && { details }),
  });
  const entry = { session, refreshToken: "" };
  account.sessions.unshift(entry);
  return renew(account, entry);
}

function renew(account: Account, entry: Account["sessions"][number]) {
  entry.refreshToken = `refresh.${account.user.id}.${++issued}`;
  return {
    accessToken: `access.${account.user.id}.${entry.session.id}.${issued}`,
    refreshToken: entry.refreshToken,
    accessExpiresAt: timestampFromMs(Date.now() + 15 * 60_000),
  };
}

export function register(
  community: Community,
  request: Partial<RegisterRequest> & { handle: string },
): Account {
  const handle = request.handle.toLowerCase();
  const email = request.email ?? `${handle}@throng.test`;
  if (community.byHandle(handle)) {
    fail(Code.AlreadyExists, "handle_taken", "this handle is taken");
  }
  if ([...community.accounts.values()].some((each) => each.email === email)) {
    fail(Code.AlreadyExists, "email_taken", "this e-mail address is taken");
  }
  const user = create(UserSchema, {
    id: community.nextId(),
    handle,
    displayName: request.displayName || handle,
    createdAt: now(),
    role: Role.MEMBER,
  });
  const account = { user, email, password: request.password ?? "correct horse", sessions: [] };
  community.accounts.set(user.id, account);
  return account;
}

function login(community: Community, request: LoginRequest) {
  const account =
    community.byHandle(request.login) ??
    [...community.accounts.values()].find((each) => each.email === request.login.toLowerCase());
  if (account?.password !== request.password) {
    fail(Code.Unauthenticated, "wrong_login", "wrong name or password");
  }
  return { user: account.user, tokens: signIn(community, account, request.details) };
}

export function users(community: Community) {
  const own = (context: HandlerContext) => mustSignIn(community, context);
  const find = (refreshToken: string) => {
    for (const account of community.accounts.values()) {
      const entry = account.sessions.find((each) => each.refreshToken === refreshToken);
      if (entry) {
        return { account, entry };
      }
    }
    return undefined;
  };
  const end = (account: Account, sessionId: string) => {
    account.sessions = account.sessions.filter(({ session }) => session.id !== sessionId);
  };
  return ({ service }: ConnectRouter) =>
    service(UserService, {
      register(request) {
        const account = register(community, request);
        return { user: account.user, tokens: signIn(community, account, request.details) };
      },
      login: (request) => login(community, request),
      refresh({ refreshToken }) {
        const found =
          find(refreshToken) ?? fail(Code.Unauthenticated, "refresh_invalid", "the session has ended");
        return { tokens: renew(found.account, found.entry) };
      },
      logout({ refreshToken }) {
        const found = find(refreshToken);
        if (found) {
          end(found.account, found.entry.session.id);
        }
        return {};
      },
      listSessions(request, context) {
        const { account, session: current } = own(context);
        const { part, nextPageToken } = pageOf(account.sessions, ({ session }) => session.id, request);
        return {
          sessions: part.map(({ session }) => ({ ...session, current: session.id === current.id })),
          nextPageToken,
        };
      },
      revokeSession({ sessionId }, context) {
        end(own(context).account, sessionId);
        return {};
      },
      changePassword({ currentPassword, newPassword }, context) {
        const { account, session } = own(context);
        checkPassword(account, currentPassword);
        account.password = newPassword;
        account.sessions = account.sessions.filter((each) => each.session === session);
        return {};
      },
      getMe(_, context) {
        const { account } = own(context);
        return { user: account.user, email: account.email };
      },
      getUser({ key }) {
        const account =
          key.case === "handle" ? community.byHandle(key.value) : community.accounts.get(key.value ?? "");
        return { user: account?.user ?? fail(Code.NotFound, "user_unknown", "no such account") };
      },
      batchGetUsers: ({ ids }) => ({ users: ids.flatMap((id) => community.accounts.get(id)?.user ?? []) }),
      updateProfile({ displayName, bio, avatarMediaId }, context) {
        const { account } = own(context);
        const { user } = account;
        user.displayName = displayName === undefined ? user.displayName : displayName || user.handle;
        user.bio = bio ?? user.bio;
        if (avatarMediaId !== undefined) {
          const avatar = community.media.get(avatarMediaId);
          const { avatar: _, ...bare } = user;
          account.user = avatar ? { ...user, avatar } : bare;
        }
        return { user: account.user };
      },
      searchUsers(request) {
        const query = request.query.replace(/^@/, "").toLowerCase();
        const found = [...community.accounts.values()]
          .map(({ user }) => user)
          .filter((user) => user.handle.includes(query) || user.displayName.toLowerCase().includes(query));
        const { part, nextPageToken } = pageOf(found, (user) => user.id, request);
        return { users: part, nextPageToken };
      },
      deleteAccount({ password }, context) {
        const { account } = own(context);
        checkPassword(account, password);
        community.accounts.delete(account.user.id);
        return {};
      },
    });
}

function checkPassword(account: Account, password: string) {
  if (account.password !== password) {
    fail(Code.PermissionDenied, "wrong_password", "wrong password");
  }
}
