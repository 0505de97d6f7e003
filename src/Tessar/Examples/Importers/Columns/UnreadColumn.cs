namespace Tessar.Examples.Importers.Columns;

/// <summary>A column of a source that can't be stored; it is left out unless somebody asks for it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="What">What it holds, such as "times".</param>
internal sealed record UnreadColumn(string Name, string What)
{
    /// <summary><c>`when` (times)</c>.</summary>
    public override string ToString() => $"`{Name}` ({What})";
}
