import Foundation
import Testing

@testable import CLI

@Suite("JSON for scripts")
struct JSONTests {
    @Test func keepsPayloadsAsTheyAre() throws {
        let payload = #"{"bigNumber":9007199254740993,"items":[1,2.5,null,true],"orderID":"x/y"}"#
        let document = try JSONText.document(["payload": JSONValue(document: payload)])
        let flat = document.filter { !$0.isWhitespace }
        #expect(flat == #"{"payload":\#(payload)}"#)
    }

    @Test func showsWhatIsNoJSONAsText() {
        #expect(JSONValue(document: "{broken") == .string("{broken"))
    }

    @Test func namesKeysInSnakeCaseAndTimesByRFC3339() throws {
        struct Thing: Encodable {
            let createdAt: Date
        }
        let document = try JSONText.document(Thing(createdAt: Date(timeIntervalSince1970: 0)))
        #expect(document.filter { !$0.isWhitespace } == #"{"created_at":"1970-01-01T00:00:00.000Z"}"#)
    }
}
