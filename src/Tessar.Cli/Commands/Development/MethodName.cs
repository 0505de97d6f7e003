using System.Reflection;
using System.Text.RegularExpressions;
using Tessar.Cli.Parsing;
using Tessar.Methods;

namespace Tessar.Cli.Commands.Development;

/// <summary>The name of a method that is to be, in all the forms that its files need.</summary>
internal sealed partial class MethodName
{
    private const int Longest = 40;

    private MethodName(LensDescription lens, string slug) => (Lens, Slug) = (lens, slug);

    /// <summary>The lens.</summary>
    public LensDescription Lens { get; }

    /// <summary><c>my-method</c>.</summary>
    public string Slug { get; }

    /// <summary><c>data/my-method</c>.</summary>
    public string Full => $"{Lens.Name}/{Slug}";

    /// <summary><c>MyMethod</c>.</summary>
    public string Class => Pascal(Slug);

    /// <summary><c>My method</c>.</summary>
    public string Title => char.ToUpperInvariant(Slug[0]) + Slug[1..].Replace('-', ' ');

    /// <summary><c>Data</c>: the lens's folder.</summary>
    public string Folder => Pascal(Lens.Name);

    /// <summary>Reads a name and refuses what a new method can't be called.</summary>
    /// <param name="text"><c>lens/name</c>.</param>
    /// <param name="catalog">The lenses and methods there are.</param>
    /// <exception cref="TessarException">The name is malformed, its lens unknown, or it is taken.</exception>
    public static MethodName Parse(string text, MethodCatalog catalog)
    {
        if (Form().Match(text) is not { Success: true } match || match.Groups["slug"].Length > Longest)
        {
            throw new TessarException(
                $"NAME is `{text}`; required is LENS/NAME, NAME of lower-case letters and digits in words joined by dashes, a "
                    + $"letter first, {Longest} characters at most. For example: {CommandLine.ProgramName} dev new-method "
                    + "data/my-method", ErrorKind.Usage);
        }

        string lens = match.Groups["lens"].Value;
        LensDescription? known = catalog.Lenses.FirstOrDefault(one => one.Name == lens);
        if (known is null)
        {
            string[] names = [.. catalog.Lenses.Select(one => one.Name)];
            throw new TessarException(
                $"There is no lens `{lens}`.{NearestName.Hint(lens, names)} There are: {string.Join(", ", names)}.",
                ErrorKind.Usage);
        }

        var name = new MethodName(known, match.Groups["slug"].Value);
        if (catalog.Methods.Any(method => method.Name == name.Full) || catalog.Questions.Any(one => one.Name == name.Full))
            throw new TessarException($"There is a `{name.Full}` already. Choose another name.", ErrorKind.Usage);
        if (Taken(name.Class) is { } taken)
            throw new TessarException(
                $"`{name.Full}` would be a class {name.Class}, and {taken} is called so already: inside the lens one would hide "
                    + "the other. Choose another name.", ErrorKind.Usage);
        return name;
    }

    // Every name that code of a lens may use without saying where it comes from.
    private static string? Taken(string name)
    {
        Assembly lenses = typeof(Tessar.Lenses.Data.Trak).Assembly;
        string[] taken = [name, name + "Options"];
        foreach (Assembly assembly in lenses.GetReferencedAssemblies().Select(Assembly.Load).Prepend(lenses)
            .Append(typeof(object).Assembly)) // whose types System.Runtime only passes on
        {
            foreach (Type type in assembly == lenses || IsOurs(assembly) ? assembly.GetTypes() : assembly.GetExportedTypes())
            {
                if (taken.Contains(type.Name.Split('`')[0]))
                    return $"the type {type}";
                if (type.Namespace is { } space && space.Split('.').Contains(name))
                    return $"a part of the namespace {space}";
            }
        }

        // A class can't have a method of its own name.
        return typeof(IAttributionMethod).GetMethods().FirstOrDefault(method => method.Name == name) is { } member
            ? $"a method of {nameof(IAttributionMethod)}"
            : null;
    }

    private static bool IsOurs(Assembly assembly) => assembly.GetName().Name == nameof(Tessar);

    private static string Pascal(string slug) =>
        string.Concat(slug.Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    [GeneratedRegex(
        @"\A(?<lens>[a-z][a-z0-9-]*)/(?<slug>[a-z][a-z0-9]*(-[a-z0-9]+)*)\z", RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();
}
