using System.Text.RegularExpressions;
using Tessar.Cli.Parsing;

namespace Tessar.Cli.Commands.Development;

/// <summary>Everything that a new method adds to a checkout, worked out before the first file is written.</summary>
internal sealed partial class NewMethod
{
    private const string PublicApi = "src/Tessar.Lenses/PublicAPI.Unshipped.txt", Changelog = "CHANGELOG.md";
    private readonly Checkout _checkout;
    private readonly MethodName _name;
    private readonly string _template;
    private readonly Dictionary<string, string> _written = new(StringComparer.Ordinal);

    /// <summary>Works out the files.</summary>
    /// <param name="checkout">Where to.</param>
    /// <param name="name">What it is called.</param>
    /// <exception cref="TessarException">
    /// The lens has no template, a file is there already, or a file that gets a line isn't as it should be.
    /// </exception>
    public NewMethod(Checkout checkout, MethodName name)
    {
        (_checkout, _name) = (checkout, name);
        string? contract = name.Lens.Own.Contract?.Name;
        _template = $"build/new-method/{contract}";
        if (contract is null || !checkout.Has(_template))
        {
            throw new TessarException(
                $"There is no template for methods of the lens `{name.Lens.Name}`"
                    + $"{(contract is null ? ", which asks none" : $": no folder {_template}")}. Write {name.Class}.cs by hand, "
                    + $"after one of its neighbors: {CommandLine.ProgramName} methods", ErrorKind.Usage);
        }

        Refuse($"tests/Tessar.Tests/{name.Folder}/{name.Class}.cs"); // in the test its class would hide the method
        Files = [Create($"src/Tessar.Lenses/{name.Folder}/{name.Class}.cs", "TemplateMethod.cs"),
            Create($"tests/Tessar.Tests/{name.Folder}/{name.Class}Tests.cs", "TemplateMethodTests.cs"),
            Create(DocsTables.PageOf(name.Full), "template-method.md")];
        string index = DocsTables.IndexOf(name.Lens.Name);
        Changed = [Edit(PublicApi, text => AddSorted(text, Lines("PublicAPI.txt"), headings: 1, line => line)),
            Edit(index, text => DocsTables.Replace(
                text, DocsTables.MethodsMark, index,
                AddSorted(
                    DocsTables.Between(text, DocsTables.MethodsMark, index), Lines("row.md"), headings: 2,
                    DocsTables.NameInRow))),
            Edit(Changelog, AddNews)];
    }

    /// <summary>The files that are made, by their paths inside the checkout.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>The files that get lines, likewise.</summary>
    public IReadOnlyList<string> Changed { get; }

    /// <summary>Writes all of them.</summary>
    public void Write()
    {
        foreach ((string file, string text) in _written)
            _checkout.Write(file, text);
    }

    private string Create(string file, string template)
    {
        Refuse(file);
        _written[file] = Filled(template);
        return file;
    }

    private void Refuse(string file)
    {
        if (_checkout.Has(file))
            throw new TessarException($"{_checkout.PathOf(file)} is there already. Choose another name.", ErrorKind.Usage);
    }

    private string Edit(string file, Func<string, string> edit)
    {
        _written[file] = edit(_checkout.Read(file));
        return file;
    }

    private string Filled(string template) => _checkout.Read($"{_template}/{template}")
        .Replace("TemplateMethod", _name.Class, StringComparison.Ordinal)
        .Replace("template-method", _name.Slug, StringComparison.Ordinal)
        .Replace("Template method", _name.Title, StringComparison.Ordinal);

    private string[] Lines(string template) => Filled(template).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    // Each line goes before the first that is greater, so that what isn't in order stays where it is.
    private static string AddSorted(string text, IEnumerable<string> added, int headings, Func<string, string> key)
    {
        List<string> lines = [.. text.TrimEnd('\n').Split('\n')];
        foreach (string line in added)
        {
            int at = lines.FindIndex(
                Math.Min(headings, lines.Count), other => string.CompareOrdinal(key(other), key(line)) > 0);
            lines.Insert(at < 0 ? lines.Count : at, line);
        }

        return string.Join('\n', lines) + "\n";
    }

    // Under "Added" of the newest heading, which is made when it isn't there.
    private string AddNews(string text)
    {
        string news = string.Join('\n', Lines("changelog.md")) + "\n";
        Match newest = Version().Match(text);
        if (!newest.Success)
            throw new TessarException($"{_checkout.PathOf(Changelog)} has no heading `## […]`. Write one.", ErrorKind.InputData);
        int start = newest.Index + newest.Length;
        int end = Version().Match(text, start) is { Success: true } next ? next.Index : text.Length;
        int added = text.IndexOf("### Added\n", start, end - start, StringComparison.Ordinal);
        return added < 0
            ? text.Insert(start, $"\n### Added\n{news}")
            : text.Insert(added + "### Added\n".Length, news);
    }

    [GeneratedRegex(@"^## \[.*\n", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Version();
}
