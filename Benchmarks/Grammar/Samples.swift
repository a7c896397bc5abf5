/// Texts that models might write.
enum Samples {
    static let json = #"""
        {
          "title": "Weekly report",
          "author": {"name": "Ana Müller", "email": "ana@example.org", "roles": ["editor", "admin"]},
          "published": true,
          "score": 4.75,
          "tags": ["finance", "Q3", "überblick", "日本語", "emoji 😀"],
          "sections": [
            {
              "heading": "Summary",
              "paragraphs": [
                "Revenue grew by 12.5 % compared with the same quarter of last year.",
                "Costs stayed \"flat\", as planned;\nsee the appendix for details."
              ],
              "table": {"columns": ["month", "revenue", "cost"], "rows": [["July", 1200000, 8.5e5],
                ["August", 1310500.25, 860000], ["September", 1405000, -12]]}
            },
            {
              "heading": "Outlook",
              "paragraphs": ["The pipeline for the next two quarters is strong.", ""],
              "table": null,
              "nested": [[[[{"a": {"b": {"c": [1, 2, 3, {"d": []}]}}}]]]]
            }
          ],
          "metadata": {"created_at": "2025-11-21T14:00:00Z", "revision": 17, "draft": false,
            "checksum": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}
        }
        """#

    static let record = #"""
        {"id": 10482, "customer": "Zoë Kravchenko", "status": "shipped", "date": "2025-11-21",
        "paid": true, "items": [
        {"sku": "KB-104-DE", "quantity": 2, "price": 79.90, "note": "German layout, gift wrapped"},
        {"sku": "MS-WL-03", "quantity": 1, "price": 25, "note": ""},
        {"sku": "MN-27-4K", "quantity": 1, "price": 349.00, "note": "Deliver with the desk mount if it is in stock, otherwise send it alone"},
        {"sku": "CB-USB-C-2M", "quantity": 4, "price": 9.5, "note": "Any colour"}
        ], "comment": "The customer asked for delivery before noon and wrote:\n\"Please ring twice.\""}
        """#

    static let schema = #"""
        {
          "type": "object", "additionalProperties": false,
          "properties": {
            "id": {"type": "integer", "minimum": 1},
            "customer": {"type": "string", "minLength": 1, "maxLength": 60},
            "status": {"enum": ["open", "paid", "shipped", "returned", "cancelled"]},
            "date": {"type": "string", "format": "date"},
            "paid": {"type": "boolean"},
            "items": {"type": "array", "minItems": 1, "maxItems": 100, "items": {
              "type": "object", "additionalProperties": false,
              "properties": {
                "sku": {"type": "string", "pattern": "^[A-Z]{2}-[A-Z0-9-]+$"},
                "quantity": {"type": "integer", "minimum": 1, "maximum": 99},
                "price": {"type": "number", "minimum": 0},
                "note": {"type": "string"}
              },
              "required": ["sku", "quantity", "price", "note"]
            }},
            "comment": {"type": "string"}
          },
          "required": ["id", "customer", "status", "date", "paid", "items"]
        }
        """#

    static let prose = """
        Here is what I found. The library opens at nine and closes at six, except on Sundays; the \
        reading room on the second floor (Lesesaal) has about 40 seats. If x < 3 and y > 7, choose \
        the smaller one:

        ```python
        def choose(x: int, y: int) -> int:
            return min(x, y)  # never both
        ```

        1. Bring a card — any card will do.
        2. Ask at the desk for “open stacks”.
        """

    static let toolCall = #"""
        <tool_call>
        {"name": "search", "arguments": {"query": "opening hours of the city library on Sundays"}}
        </tool_call>
        """#
}
