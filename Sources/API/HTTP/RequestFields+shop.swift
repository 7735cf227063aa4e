import Bootstrap
import Domain
import JSON

/// Readers for the shop's own values.
extension RequestFields {
    mutating func email(_ field: String) -> EmailAddress? {
        parsed(field, "Expected an email address such as name@example.com.") { EmailAddress(rawValue: $0) }
    }

    mutating func currency(_ field: String) -> Currency? {
        parsed(field, "Expected a currency code of ISO 4217, such as USD.") { Currency($0) }
    }

    mutating func discountCode(_ field: String) -> DiscountCode? {
        parsed(field, "Expected 1 to 40 letters, digits, hyphens and underscores.") { DiscountCode(rawValue: $0) }
    }

    mutating func shippingCode(_ field: String) -> ShippingCode? {
        parsed(field, "Expected 1 to 40 lower-case letters, digits and hyphens.") { ShippingCode(rawValue: $0) }
    }

    mutating func language(_ field: String) -> Language? {
        parsed(field, "Expected one of \(Language.allCases.map(\.rawValue).joined(separator: ", ")).") {
            Language(rawValue: $0)
        }
    }

    mutating func id<Owner>(_ field: String, of owner: Owner.Type) -> Identifier<Owner>? {
        parsed(field, "Expected a UUID.") { Identifier<Owner>($0) }
    }

    mutating func quantity(_ field: String) -> Quantity? {
        integer(field, Int64(Quantity.range.lowerBound)...Int64(Quantity.range.upperBound)).flatMap {
            Quantity(rawValue: Int($0))
        }
    }

    /// A payment method as the provider names it, such as `pm_card_visa`. The number of a card is none, and goes no
    /// further than this.
    mutating func paymentMethod(_ field: String) -> String? {
        if let text = string(field), CardNumber.occurs(in: text, .strict) {
            note(field, .notAllowed, Self.cardNumberRefused)
            return nil
        }
        return parsed(field, "Expected 1 to 64 letters, digits, underscores and hyphens.") { text in
            let isValid = text.utf8.allSatisfy { byte in
                byte < 0x80
                    && (Character(Unicode.Scalar(byte)).isLetter || (0x30...0x39).contains(byte) || byte == 0x5F
                        || byte == 0x2D)
            }
            return isValid && (1...64).contains(text.utf8.count) ? text : nil
        }
    }

    /// A password of at least eight characters that is not among the first to be tried. bcrypt reads 72 bytes and stops
    /// at NUL, so both limits are told and not cut.
    ///
    /// - Parameter owner: what is commonly known of whom it is for.
    mutating func newPassword(_ field: String, of owner: [String?]) -> String? {
        guard let password = string(field) else { return nil }
        if password.utf8.contains(0) {
            note(field, .invalidCharacter, "The character U+0000 is not allowed.")
        } else if password.unicodeScalars.count < BCrypt.passwordBytes.lowerBound {
            note(field, .tooShort, "At least \(BCrypt.passwordBytes.lowerBound) characters are needed.")
        } else if password.utf8.count > BCrypt.passwordBytes.upperBound {
            note(field, .tooLong, "At most \(BCrypt.passwordBytes.upperBound) bytes of UTF-8 are allowed.")
        } else if (try? CommonPasswords.list.get())?.contains(password, own: owner.compactMap { $0 }) ?? false {
            note(
                field, .tooCommon,
                "This password is among the first that are tried. Choose one that no other person has.")
        } else {
            return password
        }
        return nil
    }

    mutating func array(_ field: String, _ count: ClosedRange<Int>) -> [JSONValue]? {
        guard let value = value(field) else { return nil }
        guard case .array(let elements) = value else {
            note(field, .wrongType, "Expected an array, got \(value.kind).")
            return nil
        }
        guard count.contains(elements.count) else {
            note(field, .outOfRange, "Expected \(count.lowerBound) to \(count.upperBound) elements.")
            return nil
        }
        return elements
    }

    mutating func money(_ field: String) -> Money? {
        object(field) { inner -> Money? in
            let amount = inner.integer("amount", 0...Int64.max)
            let currency = inner.currency("currency")
            guard let amount, let currency else { return nil }
            return Money(amount, currency)
        }
    }

    mutating func address(_ field: String) -> Address? {
        object(field) { inner -> Address? in
            let name = inner.text("name", 1...120)
            let line1 = inner.text("line1", 1...200)
            let line2 = inner.has("line2") ? inner.text("line2", 0...200) : nil
            let city = inner.text("city", 1...120)
            let region = inner.has("region") ? inner.text("region", 0...120) : nil
            let postalCode = inner.has("postal_code") ? inner.text("postal_code", 0...20) : nil
            let country = inner.text("country", 2...2)
            guard let name, let line1, let city, let country else { return nil }
            do throws(InvalidValue) {
                return try Address(
                    name: name, line1: line1, line2: line2, city: city, region: region, postalCode: postalCode,
                    country: country)
            } catch {
                // The readers above checked everything but the letters of the country.
                inner.note("country", .invalidFormat, error.message)
                return nil
            }
        }
    }

    /// Reads an object inside this one and takes over its errors, unknown fields included.
    mutating func object<Value>(_ field: String, _ read: (inout RequestFields) -> Value?) -> Value? {
        guard let value = value(field) else { return nil }
        do {
            var inner = try RequestFields(value, path: field)
            let result = read(&inner)
            if !inner.isComplete { note(inner.rejection.errors) }
            return result
        } catch {
            note(error.errors)
            return nil
        }
    }
}
