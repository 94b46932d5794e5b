// The one error a student package is refused with; its message is fit to show to a person.

export class StudentPackageError extends Error {
  override name = "StudentPackageError";
}
