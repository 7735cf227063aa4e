/// Why a form-encoded body could not be read.
enum FormError: Error, Equatable {
    /// A percent sign without two hexadecimal digits, or bytes that are no UTF-8.
    case badEncoding(String)
    /// Brackets that do not pair up, or an empty name.
    case badName(String)
    /// One name used both as a text and as something with fields.
    case conflict(String)
    /// Deeper or longer than any honest request.
    case tooLarge

    /// A sentence for the caller.
    var message: String {
        switch self {
        case .badEncoding(let part):
            "Could not decode the form body near '\(part)': percent-encoded UTF-8 was expected."
        case .badName(let name): "Invalid parameter name: '\(name)'. Names look like `amount` or `metadata[order_id]`."
        case .conflict(let name): "Parameter '\(name)' is given both as a value and as an object."
        case .tooLarge: "The form body has too many or too deeply nested parameters."
        }
    }
}
