using System.Reflection;

namespace Tessar.Named;

/// <summary>One class that people choose by a name, and what is known about it.</summary>
/// <typeparam name="TMark">The attribute that names it.</typeparam>
internal sealed class Choice<TMark>
    where TMark : class, INamed
{
    private readonly Lazy<string> _summary;
    private readonly Lazy<IReadOnlyList<SettingAttribute>> _settings;

    public Choice(Type type, TMark mark, DocumentationComments comments)
    {
        (Type, Mark, Comments) = (type, mark, comments);
        _summary = new Lazy<string>(() => mark.Summary.Length > 0 ? mark.Summary : comments.SummaryOf(type));
        _settings = new Lazy<IReadOnlyList<SettingAttribute>>(() =>
        [
            .. SettingsOf(type, mark).DistinctBy(setting => setting.Name, StringComparer.Ordinal)
                .OrderBy(setting => setting.Name, StringComparer.Ordinal),
        ]);
    }

    /// <summary>The class.</summary>
    public Type Type { get; }

    /// <summary>The attribute that names it.</summary>
    public TMark Mark { get; }

    /// <summary>Its name.</summary>
    public string Name => Mark.Name;

    /// <summary>What it is: what the attribute says, else the summary of the class's documentation comment.</summary>
    public string Summary => _summary.Value;

    /// <summary>
    /// The numbers it takes, in ordinal order. Those of the choice it includes stand among them, unless it has one of the same
    /// name.
    /// </summary>
    public IReadOnlyList<SettingAttribute> Settings => _settings.Value;

    /// <summary>The documentation comments of its assembly.</summary>
    public DocumentationComments Comments { get; }

    private static IEnumerable<SettingAttribute> SettingsOf(Type type, INamed? mark)
    {
        IEnumerable<SettingAttribute> own = type.GetCustomAttributes<SettingAttribute>();
        return mark?.Includes is { } included
            ? own.Concat(SettingsOf(included, included.GetCustomAttributes(inherit: false).OfType<TMark>().FirstOrDefault()))
            : own;
    }
}
