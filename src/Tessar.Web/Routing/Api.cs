using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tessar.Web.Hosting;

namespace Tessar.Web.Routing;

/// <summary>Finds the endpoints of assemblies by their mark and puts them at their addresses.</summary>
internal static class Api
{
    /// <param name="routes">Where they go.</param>
    /// <param name="assemblies">Where to look.</param>
    /// <exception cref="InvalidOperationException">
    /// Two endpoints want one address, or one answers in no way that is known.
    /// </exception>
    public static void Map(IEndpointRouteBuilder routes, IEnumerable<Assembly> assemblies)
    {
        (Type Type, AddressAttribute Address)[] found =
        [
            .. assemblies.SelectMany(assembly => assembly.GetTypes())
                .Select(type => (Type: type, Address: type.GetCustomAttribute<AddressAttribute>()!))
                .Where(mark => mark.Address is not null),
        ];
        foreach (var place in found.GroupBy(mark => mark.Address.Pattern, StringComparer.Ordinal))
        {
            var allowed = new List<string>();
            foreach ((Type type, AddressAttribute address) in place)
            {
                string[] methods = IsReading(address) ? [HttpMethods.Get, HttpMethods.Head] : [address.Method];
                if (allowed.Intersect(methods, StringComparer.Ordinal).Any())
                    throw new InvalidOperationException(
                        $"Two endpoints answer {address.Method} {address.Pattern}; one of them is {type}.");
                allowed.AddRange(methods);
                routes.MapMethods(address.Pattern, methods, HandlerOf(routes.ServiceProvider, type, address));
            }

            routes.Map(place.Key, context => throw Refusal.OfMethod(context, string.Join(", ", allowed)));
        }
    }

    private static bool IsReading(AddressAttribute address) => address.Method == HttpMethods.Get;

    private static RequestDelegate HandlerOf(IServiceProvider services, Type type, AddressAttribute address)
    {
        RequestDelegate handler = ActivatorUtilities.CreateInstance(services, type) switch
        {
            IReadEndpoint reader => Reading(reader, services.GetRequiredService<BlockingWork>()),
            IEndpoint own => own.AnswerAsync,
            _ =>
                throw new InvalidOperationException(
                    $"{type} has an address but is neither {nameof(IReadEndpoint)} nor {nameof(IEndpoint)}."),
        };
        if (IsReading(address))
            return handler;
        // Here, so that no endpoint that changes something can forget it.
        PageToken token = services.GetRequiredService<PageToken>();
        return context =>
        {
            token.Check(context.Request);
            return handler(context);
        };
    }

    private static RequestDelegate Reading(IReadEndpoint endpoint, BlockingWork work) => async context =>
    {
        var request = new ApiRequest(context);
        Content content = await work.RunAsync(
            context.Request.GetEncodedPathAndQuery(), () => endpoint.Read(request), context.RequestAborted).ConfigureAwait(false);
        await Answer.WriteAsync(context, content).ConfigureAwait(false);
    };
}
