/// The system's libcrypt cannot hash with bcrypt.
struct PasswordHasherUnavailable: Error, CustomStringConvertible {
    var description: String { "libcrypt cannot hash passwords with bcrypt ($2b$). Install libxcrypt 4 or later." }
}
