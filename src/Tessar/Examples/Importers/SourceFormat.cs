using System.Reflection;
using Tessar.Examples.Importers.Columns;

namespace Tessar.Examples.Importers;

/// <summary>
/// A format that examples come in. One file under Formats is one format, found by its <see cref="SourceFormatAttribute"/>.
/// </summary>
internal abstract class SourceFormat
{
    /// <summary>Its name for <c>--format</c>.</summary>
    public string Name => GetType().GetCustomAttribute<SourceFormatAttribute>()!.Name;

    /// <summary>True when a folder looks like this format. Reads little and throws nothing but what reading throws.</summary>
    public abstract bool RecognizesFolder(string path);

    /// <summary>True when a file begins as this format does. All formats are asked this before the name counts.</summary>
    public virtual bool RecognizesContent(FileStart start) => false;

    /// <summary>
    /// True when a file is named as files of this format are, for those whose content tells nothing or is damaged.
    /// </summary>
    /// <param name="name">The file's name without its folder.</param>
    public abstract bool RecognizesName(string name);

    /// <summary>Opens the tables of a source; several of one split are read one after the other.</summary>
    /// <exception cref="FileFormatException">It is damaged or another format.</exception>
    /// <exception cref="TessarException">It can't be read.</exception>
    public virtual IReadOnlyList<SourceTable> Open(IReadOnlyList<SourcePart> parts, OpeningContext opening)
    {
        var tables = new List<SourceTable>();
        try
        {
            foreach (SourcePart part in parts)
                tables.AddRange(OpenPart(part, opening));
            return tables;
        }
        catch
        {
            tables.ForEach(table => table.Dispose());
            throw;
        }
    }

    /// <summary>Opens the tables of one part of a source.</summary>
    /// <inheritdoc cref="Open"/>
    protected abstract IReadOnlyList<SourceTable> OpenPart(SourcePart part, OpeningContext opening);

    /// <summary>
    /// Files of a folder that belong to a format, in ordinal order; everything else in it is left out and counted.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="belongs">True for the names that belong.</param>
    /// <param name="leftOut">Receives the others.</param>
    protected static string[] FilesOf(string folder, Func<string, bool> belongs, LeftOut? leftOut)
    {
        var found = new List<string>();
        foreach (string file in Directory.EnumerateFiles(folder))
        {
            string name = Path.GetFileName(file);
            if (belongs(name) && name[0] != '.')
                found.Add(file);
            else
                leftOut?.AddFile(name);
        }

        foreach (string child in leftOut is null ? [] : Directory.EnumerateDirectories(folder))
            leftOut!.AddFolder(child, folder);
        return [.. found.Order(StringComparer.Ordinal)];
    }
}
