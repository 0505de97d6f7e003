using System.Collections.Frozen;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Tessar.Named;

/// <summary>
/// The documentation comments of an assembly, from the XML file the compiler puts beside it: help texts are written once.
/// </summary>
internal sealed partial class DocumentationComments
{
    private readonly Lazy<FrozenDictionary<string, string>> _summaries;

    private DocumentationComments(Func<FrozenDictionary<string, string>> summaries) =>
        _summaries = new Lazy<FrozenDictionary<string, string>>(summaries);

    /// <summary>
    /// Reads the file beside the assembly once a help text is asked for; a missing file gives empty ones, nothing worse.
    /// </summary>
    public static DocumentationComments Of(Assembly assembly) => new(() => Read(assembly));

    /// <summary>Summary of a type, or nothing.</summary>
    public string SummaryOf(Type type) => _summaries.Value.GetValueOrDefault($"T:{type.FullName}", string.Empty);

    /// <summary>Summary of a property, or nothing.</summary>
    public string SummaryOf(PropertyInfo property) =>
        _summaries.Value.GetValueOrDefault($"P:{property.DeclaringType!.FullName}.{property.Name}", string.Empty);

    private static FrozenDictionary<string, string> Read(Assembly assembly)
    {
        string name = assembly.GetName().Name + ".xml";
        // A user's assembly has its comments beside itself; in a single-file program there is only the program's folder.
        string path = Path.Combine(
            Path.GetDirectoryName(assembly.Location) is { Length: > 0 } folder ? folder : AppContext.BaseDirectory, name);
        if (!File.Exists(path))
            return FrozenDictionary<string, string>.Empty;
        return XDocument.Load(path).Descendants("member")
            .ToFrozenDictionary(m => (string)m.Attribute("name")!, m => Text(m.Element("summary")), StringComparer.Ordinal);
    }

    private static string Text(XElement? element)
    {
        if (element is null)
            return string.Empty;
        IEnumerable<string> words = element.Nodes().Select(node => node switch
        {
            XElement e when e.Attribute("cref") is { } reference => reference.Value[(reference.Value.LastIndexOf('.') + 1)..],
            XElement e => e.Value,
            XText t => t.Value,
            _ => string.Empty,
        });
        return WhiteSpace().Replace(string.Concat(words), " ").Trim();
    }

    [GeneratedRegex(@"\s+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WhiteSpace();
}
