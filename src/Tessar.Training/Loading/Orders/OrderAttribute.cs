using Tessar.Named;

namespace Tessar.Training.Loading.Orders;

/// <summary>Names an order.</summary>
/// <param name="name">The name that <c>order=</c> takes.</param>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class OrderAttribute(string name) : Attribute, INamed
{
    public string Name { get; } = name;
}
