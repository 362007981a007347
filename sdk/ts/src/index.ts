export { consistencyHeader } from "./consistency";
export { type Fault, type FieldViolation, faultOf, fieldViolation, fieldViolations } from "./fault";
export { newIdempotencyKey } from "./idempotency";
export type { Session, SignedIn } from "./session";
export { defaultStorage, memoryStorage, type TokenStorage } from "./storage";
export { createThrong, type Throng, type ThrongOptions } from "./throng";
