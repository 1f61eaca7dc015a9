from fastapi import FastAPI

app = FastAPI()


@app.get("/")
async def home():
    return {"hello": "world"}


if __name__ == "__main__":
    import uvicorn

    uvicorn.run("api.main:app", port=8000, reload=True)
