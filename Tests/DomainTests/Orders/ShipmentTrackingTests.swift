import Domain
import Testing

@Suite("What carriers call a shipment is taken, and nothing that could do harm in an email")
struct ShipmentTrackingTests {
    @Test(
        "numbers are letters, digits, spaces and hyphens",
        arguments: ["0", "1Z999AA10123456784", "9400 1000 0000 0000 0000 00", "RR-123456789-DE", "4242424242424242"])
    func numbers(text: String) { #expect(ShipmentTracking.isNumber(text)) }

    @Test(
        "any other text is no number",
        arguments: ["", " 1", "1 ", "1_2", "ä1", "1\n2", "<b>", "１", String(repeating: "1", count: 101)])
    func noNumbers(text: String) { #expect(!ShipmentTracking.isNumber(text)) }

    @Test(
        "pages of HTTP are taken",
        arguments: [
            "https://dhl.example/track?id=1&x=%20", "HTTP://a", "http://127.0.0.1:8080/x#y", "https://a-b.example",
        ])
    func pages(text: String) { #expect(ShipmentTracking.isURL(text)) }

    @Test(
        "any other address is refused",
        arguments: [
            "", "https://", "https:///x", "https://?x", "javascript:alert(1)", "ftp://a.example", "//a.example",
            "https://user@a.example", "https://a b", "https://a.example/\"onclick=", "https://a.example/<",
            "https://ä.example", "https://a.example/\n", "mailto:a@b.example",
            "https://a.example/" + String(repeating: "x", count: 500),
        ])
    func others(text: String) { #expect(!ShipmentTracking.isURL(text)) }
}
