import { Code } from "@connectrpc/connect";
import { type FieldViolation, faultOf, fieldViolations } from "@throng/sdk";

/** What each stable reason means to people; the rest is said by its code. */
const reasons: Record<string, string> = {
  wrong_login: "No account has this name and password together.",
  wrong_password: "That is not your present password.",
  handle_taken: "This handle is taken. Try another.",
  email_taken: "There is an account with this address already.",
  follow_limit: "You follow 10,000 people. Unfollow some before you follow more.",
  blocked: "One of you has blocked the other.",
  media_not_ready: "A picture has not arrived yet. Take it out and add it again.",
  idempotency_key_reused: "This was sent before, with other words. Send it again.",
};

/** An error in a sentence for people. */
export function sayFault(thrown: unknown): string {
  const { code, reason, message, retryAfterMs } = faultOf(thrown);
  const known = reasons[reason];
  if (known) {
    return known;
  }
  switch (code) {
    case Code.Unavailable:
    case Code.DeadlineExceeded:
      return "Throng cannot be reached just now.";
    case Code.ResourceExhausted:
      return `That is too much at once. Try again ${soon(retryAfterMs)}.`;
    case Code.Unauthenticated:
      return "Sign in to do this.";
    case Code.Internal:
    case Code.Unknown:
    case Code.DataLoss:
      return "Something went wrong on our side.";
    default:
      return sentence(message);
  }
}

/** Broken input rules by field, in names of the contract; the first of each. */
export function sayViolations(thrown: unknown): Record<string, string> {
  return byField(fieldViolations(thrown));
}

export function byField(violations: FieldViolation[]): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const violation of violations) {
    const field = violation.field.replace(/\[.*/, "");
    texts[field] ??= sayViolation(violation);
  }
  return texts;
}

/** What rules mean where their own words would be those of programmers. */
const rules: Record<string, string> = {
  "email string.email": "This is not an e-mail address.",
  "email string.email_empty": "Enter your e-mail address.",
  "handle string.pattern": "3 to 30 letters, digits or _.",
  "login string.min_len": "Enter your handle or e-mail address.",
  "display_name string.pattern": "A name has no line breaks or control characters.",
  "display_name string.max_len": "At most 64 characters.",
  "bio string.max_len": "At most 500 characters.",
  "text string.max_len": "At most 2,000 characters.",
};

function sayViolation(violation: FieldViolation): string {
  const known = rules[`${violation.field} ${violation.ruleId}`];
  return known ?? (/at least 1 char/.test(violation.message) ? "Fill this in." : sentence(violation.message));
}

function soon(ms: number | undefined): string {
  if (ms === undefined) {
    return "in a while";
  }
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  return seconds < 90 ? `in ${seconds} s` : `in ${Math.ceil(seconds / 60)} minutes`;
}

function sentence(text: string): string {
  const trimmed = text.trim() || "That did not work.";
  return trimmed.charAt(0).toUpperCase() + trimmed.slice(1) + (/[.!?…]$/.test(trimmed) ? "" : ".");
}
