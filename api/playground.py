"""placeholder"""
from starlette.responses import PlainTextResponse
def routes(): return []
async def page(request): return PlainTextResponse("playground")
