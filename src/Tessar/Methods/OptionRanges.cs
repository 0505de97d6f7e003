using System.Collections.Concurrent;
using System.Reflection;

namespace Tessar.Methods;

/// <summary>The ranges of an options record at the library's door: what the command line refuses, a constructor refuses too.</summary>
public static class OptionRanges
{
    private static readonly ConcurrentDictionary<Type, MethodOption[]> s_options = new();

    /// <summary>Makes sure that every value lies in the range that its property declares.</summary>
    /// <param name="options">A record with <c>[Range]</c> on its properties.</param>
    /// <returns>The same options.</returns>
    /// <exception cref="TessarException">Values lie outside; one message names all of them.</exception>
    /// <example><code>
    /// public sealed class MyMethod(MyOptions options) : IAttributionMethod
    /// {
    ///     private readonly MyOptions _options = OptionRanges.Check(options);
    /// }
    /// </code></example>
    public static T Check<T>(T options)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(options);
        MethodOption[] known = s_options.GetOrAdd(options.GetType(), Of);
        string[] objections = [.. known.Select(option => option.ObjectionTo(options)).OfType<string>()];
        return objections.Length == 0 ? options : throw new TessarException($"{options.GetType().Name}: {string.Join(". ", objections)}.", ErrorKind.Usage);
    }

    // Only the range counts here, so defaults and help aren't needed.
    private static MethodOption[] Of(Type type) =>
    [
        .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite && OptionText.IsReadable(property.PropertyType))
            .Select(property => new MethodOption(property, Activator.CreateInstance(type)!, () => string.Empty)),
    ];
}
