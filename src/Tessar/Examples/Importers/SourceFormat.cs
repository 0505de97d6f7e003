using Tessar.Examples.Importers.Columns;

namespace Tessar.Examples.Importers;

/// <summary>A format that examples come in. One file under Formats is one format; the catalogue finds it.</summary>
internal abstract class SourceFormat
{
    /// <summary>Its name for <c>--format</c>.</summary>
    public abstract string Name { get; }

    /// <summary>What it is, in a few words.</summary>
    public abstract string Summary { get; }

    /// <summary>Formats are asked in this order whether a source is theirs; those surest of their mark come first.</summary>
    public abstract int Rank { get; }

    /// <summary>True when the file or folder looks like this format. Reads little and throws nothing but what reading throws.</summary>
    public abstract bool Recognises(string path);

    /// <summary>Opens the tables of a source; several of one split are read one after the other.</summary>
    /// <exception cref="FileFormatException">It is damaged or another format.</exception>
    /// <exception cref="TessarException">It can't be read.</exception>
    public virtual IReadOnlyList<SourceTable> Open(IReadOnlyList<SourcePart> parts, ImportOptions options, CancellationToken cancellation)
    {
        var tables = new List<SourceTable>();
        try
        {
            foreach (SourcePart part in parts)
                tables.AddRange(OpenPart(part, options, cancellation));
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
    protected abstract IReadOnlyList<SourceTable> OpenPart(SourcePart part, ImportOptions options, CancellationToken cancellation);
}
