using System.Xml;
using System.Xml.Linq;

namespace Tessar.Cli.Explanations;

/// <summary>Elements of an HTML page that is well-formed XML as well.</summary>
internal static class Html
{
    /// <summary>An element; of the content, strings become text and null nothing.</summary>
    public static XElement Element(string name, params object?[] content)
    {
        var element = new XElement(name, content.Select(part => part is string text ? new XText(Legal(text)) : part));
        // Browsers take `<td />` for a beginning without an end.
        if (element.IsEmpty && name is not ("br" or "img" or "meta"))
            element.Add(string.Empty);
        return element;
    }

    /// <summary>An attribute.</summary>
    public static XAttribute Attribute(string name, string value) => new(name, Legal(value));

    /// <summary>The attribute `class`.</summary>
    public static XAttribute Class(string value) => new("class", value);

    /// <summary>A row of a table whose first cell names it.</summary>
    public static XElement Fact(string name, params object?[] content) =>
        Element("tr", Element("th", Attribute("scope", "row"), name), Element("td", content));

    /// <summary>The heading of a column.</summary>
    public static XElement Column(string name, bool isNumber = false) =>
        Element("th", Attribute("scope", "col"), isNumber ? Class("number") : null, name);

    // A class may be named with characters that no XML holds.
    private static string Legal(string text) =>
        text.All(XmlConvert.IsXmlChar) ? text : string.Concat(text.EnumerateRunes().Select(rune =>
            rune.IsBmp && !XmlConvert.IsXmlChar((char)rune.Value) ? "\uFFFD" : rune.ToString()));
}
