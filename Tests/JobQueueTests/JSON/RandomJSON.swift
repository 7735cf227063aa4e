/// Any JSON value, and random texts of such.
indirect enum RandomJSON: Codable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([RandomJSON])
    case object([String: RandomJSON])

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let string = try? value.decode(String.self) {
            self = .string(string)
        } else if let array = try? value.decode([RandomJSON].self) {
            self = .array(array)
        } else {
            self = .object(try value.decode([String: RandomJSON].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .null: try value.encodeNil()
        case .bool(let bool): try value.encode(bool)
        case .number(let number): try value.encode(number)
        case .string(let string): try value.encode(string)
        case .array(let array): try value.encode(array)
        case .object(let object): try value.encode(object)
        }
    }

    static func text(depth: Int, using random: inout SeededRandom) -> String {
        let space = [" ", "", "", "\n", "\t "].randomElement(using: &random) ?? ""
        switch Int.random(in: 0..<(depth > 0 ? 8 : 5), using: &random) {
        case 0: return space + "null"
        case 1: return space + (Bool.random(using: &random) ? "true" : "false")
        case 2: return space + "\(Int.random(in: -1_000_000...1_000_000, using: &random))"
        case 3: return space + "\(Double.random(in: -1e6...1e6, using: &random))"
        case 4: return space + string(using: &random)
        case 5, 6:
            let elements = (0..<Int.random(in: 0...4, using: &random)).map { _ in text(depth: depth - 1, using: &random)
            }
            return "[" + elements.joined(separator: ",") + space + "]"
        default:
            let members = (0..<Int.random(in: 0...4, using: &random)).map {
                "\"k\($0)\"" + space + ":" + text(depth: depth - 1, using: &random)
            }
            return "{" + members.joined(separator: space + ",") + "}"
        }
    }

    private static func string(using random: inout SeededRandom) -> String {
        let pieces = ["a", "ä", "😀", "\\n", "\\\"", "\\\\", "\\u00e9", "\\ud83d\\ude00", " ", "{", "]"]
        return "\""
            + (0..<Int.random(in: 0...6, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
            .joined() + "\""
    }
}

/// A generator whose sequence a test can repeat (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
